"""The durable steps: which function does each kind of job.

Each reads rows, does one thing, and may run twice without harm. A key is what the step is about: a delivery id,
"<tenant>/<issue id>", "<tenant>/<page key>", "<tenant>/<sprint id>", or a tick "<tenant>@<fire time>". Failing is an
exception; what then happens is the queue's affair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from worker.deployment import Deployment
from worker.domain.model import JobKind
from worker.errors import Unauthorized
from worker.jobs import asking, compiling, interpreting, recording, upkeep
from worker.jobs.context import Context, tenant_of
from worker.queue import Handler, Handlers
from worker.store import tenants

STEPS: Mapping[JobKind, Callable[[Context, str], None]] = {
    JobKind.INTERPRET: interpreting.interpret,
    JobKind.READ_ISSUE: interpreting.read_issue,
    JobKind.ASK: asking.ask,
    JobKind.SHOW: asking.show,
    JobKind.REMINDERS: asking.reminders,
    JobKind.REMIND: asking.remind,
    JobKind.RECORD: recording.record,
    JobKind.LINK: recording.link,
    JobKind.RETRO: compiling.retro,
    JobKind.COMPILE: compiling.compile_page,
    JobKind.COMPILE_ALL: compiling.compile_all,
    JobKind.CHECK_PAGES: compiling.check_pages,
    JobKind.PRUNE: upkeep.prune,
}


def handlers(deployment: Deployment) -> Handlers:
    """What a queue needs to run every kind of job of this deployment."""
    context = Context.of(deployment)
    return {kind: _guarded(context, kind, step) for kind, step in STEPS.items()}


def _guarded(context: Context, kind: JobKind, step: Callable[[Context, str], None]) -> Handler:
    """The step, stopping its tenant when the site refuses our credentials: repeated wrong ones lock an account."""

    def run(key: str) -> None:
        try:
            step(context, key)
        except Unauthorized as error:
            with context.db.begin() as tx:
                tenants.stop(tx, tenant_of(tx, kind, key), str(error))
            raise

    return run
