"""Where people find things on a site."""

from __future__ import annotations


def issue_url(site_url: str, issue_key: str) -> str:
    """The address of an issue, the same on Cloud and on Data Center."""
    return f"{site_url}/browse/{issue_key}"
