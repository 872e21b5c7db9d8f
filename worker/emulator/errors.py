"""What the emulated site answers when it will not do something. It knows status codes and sentences, not HTTP
shapes: Jira, Confluence v1 and Confluence v2 each dress the same refusal in their own JSON (see
``answers``)."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """The site refuses a request: a status code and the sentences a client would read."""

    def __init__(
        self,
        status: int,
        *sentences: str,
        fields: Mapping[str, str] | None = None,
        code: str = "INVALID_REQUEST_PARAMETER",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__("; ".join([*sentences, *(fields or {}).values()]) or f"refused with {status}")
        self.status = status
        self.sentences = sentences
        self.fields = dict(fields or {})
        self.code = code
        self.headers = dict(headers or {})


class ScriptError(ValueError):
    """A film-set script names something the site does not have; the message says what."""


def not_found(what: str) -> Refused:
    """Return a 404 that does not say whether the thing is absent or merely hidden, as Atlassian's does not."""
    return Refused(404, f"{what} does not exist or you do not have permission to see it.", code="NOT_FOUND")
