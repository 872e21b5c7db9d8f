"""What a Data Center site has instead of Cloud's REST: the blueprints ``application`` builds it from."""

from __future__ import annotations

from worker.emulator import dc_agile, dc_content, dc_jira, dc_search, dc_webhooks, dc_wiki, dc_wiki_pages, rest_agile

BLUEPRINTS = (
    dc_jira.blueprint,
    dc_search.blueprint,
    rest_agile.blueprint,
    dc_agile.blueprint,
    dc_webhooks.blueprint,
    dc_content.blueprint,
    dc_wiki.blueprint,
    dc_wiki_pages.blueprint,
)
