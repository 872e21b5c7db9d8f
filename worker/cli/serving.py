"""`learnloop web`: the process that is called."""

from __future__ import annotations

import click

from webhooks import serving
from worker.cli import accounts, opening
from worker.deployment import assemble
from worker.terminal import console


@click.command()
@click.pass_context
def web(context: click.Context) -> None:
    """Receive deliveries and serve the form."""
    settings = opening.settings("web")
    if context.find_root().params["supervised"] is None:  # `up` has said the way in, and the code is good once
        for line in accounts.way_in(settings):
            console.print(line, soft_wrap=True)
    else:
        assemble(settings).close()  # a reason why not would be a traceback in the process that serves
    serving.serve(settings)
