"""The emulated site on its own, with a little in it, for any client that wants a Jira and a Confluence to talk to."""

from __future__ import annotations

import threading
from collections.abc import Callable

from worker.clock import Clock
from worker.emulator import Site, serve


def run(port: int, say: Callable[[str], None], stop: threading.Event) -> None:
    """Serve until `stop` is set, having said the address and a login."""
    site = Site(now=Clock().now)
    server = serve(site, port=port)
    ana = site.add_person("Ana Sousa", email="ana@example.com", token="demo-token-of-ana", admin=True)  # noqa: S106 - for show
    # Not Ana's: a change of the account that LearnLoop works with asks nobody.
    site.add_person("LearnLoop", email="learnloop@example.com", token="demo-token", admin=True)  # noqa: S106 - for show
    site.add_project("DEMO", "Demo")
    board = site.add_board("DEMO", "DEMO board")
    site.add_space("DEMO", "Demo")
    site.create_issue("DEMO", "Story", "Something to close", reporter=ana, assignee=ana)
    say(f"An emulated Jira and Confluence is at [bold]{server.url}[/] (board {server.url}/jira/boards/{board}).")
    say("For LearnLoop: learnloop@example.com with the token demo-token. On the board you are Ana.")
    say("As a client: ana@example.com with demo-token-of-ana. Script it at /_emulator/people. Ctrl-C ends it.")
    Clock().wait(stop, float(threading.TIMEOUT_MAX))
    server.close()
