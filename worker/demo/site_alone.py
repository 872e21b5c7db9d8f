"""The emulated site on its own, with a little in it, for any client that wants a Jira and a Confluence to talk to."""

from __future__ import annotations

import threading
from collections.abc import Callable

import requests

from worker.clock import Clock
from worker.emulator import Site, serve
from worker.emulator.apps_model import AppState
from worker.emulator.errors import ScriptError
from worker.emulator.model import Hosting

_LOOK = 1.0  # seconds between two looks whether a LearnLoop is there to install its app from

Say = Callable[[str], None]


def run(port: int, say: Say, stop: threading.Event, *, data_center: bool = False, connect: str = "") -> None:
    """Serve until `stop` is set, having said the address and a login. `connect` is the address of a LearnLoop whose
    Connect app is installed once it answers.
    """
    site = Site(now=Clock().now, hosting=Hosting.DATA_CENTER if data_center else Hosting.CLOUD)
    server = serve(site, port=port)
    board = _furnish(site)
    say(f"An emulated Jira and Confluence is at [bold]{server.url}[/] (board {server.url}/jira/boards/{board}).")
    if data_center:
        say(f"It is Data Center; Confluence is at {server.url}/confluence. On the board you are Ana.")
        say("For LearnLoop: the personal access token demo-token. As a client: demo-token-of-ana.")
        say(f"Webhooks are made by hand: {_webhook(server.url)}")
    else:
        say("For LearnLoop: learnloop@example.com with the token demo-token. On the board you are Ana.")
        say("As a client: ana@example.com with demo-token-of-ana.")
    say("Script it at /_emulator/people. Ctrl-C ends it.")
    if connect:
        _install(site, connect.rstrip("/"), say, stop)
    Clock().wait(stop, float(threading.TIMEOUT_MAX))
    server.close()


def _furnish(site: Site) -> int:
    """People, a project with a board, a space and something to close; the board's id."""
    ana = site.add_person("Ana Sousa", email="ana@example.com", token="demo-token-of-ana", admin=True)  # noqa: S106 - for show
    # Not Ana's: a change of the account that LearnLoop works with asks nobody.
    site.add_person("LearnLoop", email="learnloop@example.com", token="demo-token", admin=True)  # noqa: S106 - for show
    site.add_project("DEMO", "Demo")
    site.add_space("DEMO", "Demo")
    site.create_issue("DEMO", "Story", "Something to close", reporter=ana, assignee=ana)
    return site.add_board("DEMO", "DEMO board")


def _webhook(url: str) -> str:
    """What makes a webhook, as an admin of Data Center does on a form."""
    made = '{"do": "add_webhook", "url": "…", "secret": "…", "events": ["jira:issue_updated", "comment_created"]}'
    return f"curl -H 'Content-Type: application/json' {url}/_emulator/people -d '{made}'"


def _install(site: Site, learnloop: str, say: Say, stop: threading.Event) -> None:
    """Install LearnLoop's Connect app once its descriptor can be had, having said what it must be started with."""
    say("Start LearnLoop with these, so that it takes this site for Atlassian:")
    for name, value in (
        ("LEARNLOOP_BASE_URL", learnloop),
        ("LEARNLOOP_CONNECT_KEY_HOSTS", f"{site.url}/_emulator/connect/install-keys"),
        ("LEARNLOOP_CONNECT_SITES", "127.0.0.1"),
        ("LEARNLOOP_CONNECT_SCRIPT", f"{site.url}/_emulator/connect/all.js"),
    ):
        say(f"  export {name}={value}")
    descriptor = f"{learnloop}/atlassian-connect.json"
    while not stop.is_set():
        try:
            installed = site.install_connect(descriptor)
        except (ScriptError, requests.RequestException):
            Clock().wait(stop, _LOOK)
            continue
        if installed.state is AppState.REFUSED:
            say(f"LearnLoop did not take the installation: {installed.answers[-1]}")
        else:
            say(f"The Connect app of {learnloop} is installed. Open an issue to see its panel.")
        return
