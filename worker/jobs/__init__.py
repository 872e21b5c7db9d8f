"""The durable steps: which function does each kind of job.

Each reads rows, does one thing, and may run twice without harm. A key is what the step is about: a delivery id,
"<tenant>/<issue id>", "<tenant>/<page key>", "<tenant>/<sprint id>", or a tick "<tenant>@<fire time>". Failing is an
exception; what then happens is the queue's affair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from worker.deployment import Deployment
from worker.domain.model import JobKind, Product, Scheme
from worker.errors import NoCredential, NotFoundHere, TenantStopped, Unauthorized
from worker.jobs import (
    asking,
    choosing,
    compiling,
    foreseeing,
    interpreting,
    noting,
    periods,
    promising,
    recording,
    reviewing,
    sweeping,
    upkeep,
)
from worker.jobs.context import Context, tenant_of
from worker.queue import Handler, Handlers
from worker.store import credentials, tenants

_WAIT_FOR_A_TOKEN = timedelta(seconds=30)

STEPS: Mapping[JobKind, Callable[[Context, str], None]] = {
    JobKind.INTERPRET: interpreting.interpret,
    JobKind.READ_ISSUE: interpreting.read_issue,
    JobKind.ASK: asking.ask,
    JobKind.CHOOSE: choosing.choose,
    JobKind.SHOW: asking.show,
    JobKind.REMINDERS: asking.reminders,
    JobKind.REMIND: asking.remind,
    JobKind.RECORD: recording.record,
    JobKind.LINK: recording.link,
    JobKind.NOTE: noting.note,
    JobKind.REVIEW: reviewing.review,
    JobKind.PROMISE: promising.promise,
    JobKind.PLACE: promising.place,
    JobKind.RETRO: compiling.retro,
    JobKind.PERIODS: periods.periods,
    JobKind.COMPILE: compiling.compile_page,
    JobKind.COMPILE_ALL: compiling.compile_all,
    JobKind.CHECK_PAGES: compiling.check_pages,
    JobKind.SWEEP: sweeping.sweep,
    JobKind.ONBOARD: upkeep.onboard,
    JobKind.PRUNE: upkeep.prune,
    JobKind.FORECAST: foreseeing.forecast,
}


def handlers(deployment: Deployment) -> Handlers:
    """What a queue needs to run every kind of job of this deployment."""
    context = Context.of(deployment)
    return {kind: _guarded(context, kind, step) for kind, step in STEPS.items()}


def _guarded(context: Context, kind: JobKind, step: Callable[[Context, str], None]) -> Handler:
    """The step, not run for a tenant that was erased, parked for one that was uninstalled, and stopping its tenant when
    the site refuses our credentials: repeated wrong ones lock an account. A token the site itself renews is only waited
    for.
    """

    def run(key: str) -> None:
        try:
            with context.db.read() as tx:
                tenant = tenants.get(tx, tenant_of(tx, kind, key))
        except NotFoundHere:
            return
        if tenant.uninstalled_at:
            raise TenantStopped(tenant.stopped)
        try:
            step(context, key)
        except Unauthorized as error:
            if not _renewed(context, kind, key, error):
                raise
            words = "The site no longer takes the installation's token; Forge's next call to us brings a new one."
            raise NoCredential(words, context.now() + _WAIT_FOR_A_TOKEN) from error

    return run


def _renewed(context: Context, kind: JobKind, key: str, error: Unauthorized) -> bool:
    """Whether the refused credential is one that the site renews: then it has expired. Any other stops the tenant."""
    with context.db.begin() as tx:
        tenant_id = tenant_of(tx, kind, key)
        held = credentials.of(tx, tenant_id).get(Product(error.product))
        if held and held.scheme is Scheme.FORGE:
            credentials.expire(tx, tenant_id, held.product, context.now())
            return True
        if stopped := tenants.held(tx, tenant_id).stopped:  # by another job: all that stood still go on together
            raise TenantStopped(stopped) from error
        tenants.stop(tx, tenant_id, str(error))
        return False
