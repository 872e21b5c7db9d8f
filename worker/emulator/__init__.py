"""A small Jira and Confluence over HTTP that stands in for an Atlassian Cloud site: for the demo, for tests,
for bug reports. It knows nothing of the product and imports nothing of it."""

from worker.emulator.application import create_app, serve
from worker.emulator.server import Server
from worker.emulator.site import Site

__all__ = ["Server", "Site", "create_app", "serve"]
