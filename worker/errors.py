"""Every error LearnLoop raises on purpose, on one screen.

A message is a sentence that says what happened and what to do; the attributes carry the facts a page or a log line
shows. This module knows nothing of HTTP, databases or Jira.
"""

from __future__ import annotations

from datetime import datetime


class LearnLoopError(Exception):
    """Something went wrong that a person can act on; the message tells them how."""


class ConfigError(LearnLoopError):
    """A setting is missing or has a value that cannot be used."""


class NotFoundHere(LearnLoopError):
    """A row that was asked for by name is not in our own store."""


class PayloadError(LearnLoopError):
    """The bytes of a delivery are not what their sender documents."""


class Forged(LearnLoopError):
    """A delivery or a link does not prove who sent it. The message never tells a forger what was close."""


class DatabaseFailed(LearnLoopError):
    """Our own database did not do it: restarted, full, or two writers met. It may work later."""


class KeysUnavailable(LearnLoopError):
    """The public keys that would prove a call cannot be fetched now; nothing is known about the call yet."""


class AnswerInvalid(LearnLoopError):
    """An answer cannot be kept as it is; `problems` names a sentence for each field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


class SettingInvalid(LearnLoopError):
    """A setting cannot have this value; the message says what it takes."""


class NotAdmitted(LearnLoopError):
    """An account or an invitation cannot be as it was asked for; nothing of it was changed."""


class NotWellFormed(LearnLoopError):
    """Storage format that is not well-formed XML; it is never sent."""


class KeepingRefused(LearnLoopError):
    """A backup, a restore or a move was not done; the message says what stands in the way, and nothing was harmed."""


class WorkerAlreadyRunning(LearnLoopError):
    """A second worker process was started on an SQLite deployment."""


class Paused(LearnLoopError):
    """A call was not made, because a limit has to pass first. It is not a failure of the job."""

    def __init__(self, message: str, until: datetime) -> None:
        super().__init__(message)
        self.until = until


class NoCredential(LearnLoopError):
    """A call was not made, for want of a live credential. `until` is when to look again, None if a person must act."""

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class NotAsked(LearnLoopError):
    """A check did not call a product that had refused our credentials a moment before."""


class TenantStopped(LearnLoopError):
    """The site refused our credentials, so nothing more is tried until an admin says so."""


class SiteError(LearnLoopError):
    """A call to the tenant's site did not do what was asked. `status` is 0 when no answer came.

    `product` is "jira" or "confluence".
    """

    def __init__(
        self, message: str, *, status: int = 0, call: str = "", detail: str = "", product: str = "jira"
    ) -> None:
        super().__init__(message)
        self.status, self.call, self.detail, self.product = status, call, detail, product


class Unauthorized(SiteError):
    """The site does not accept our credentials: 401, or what its headers say of them whatever the status."""


class Forbidden(SiteError):
    """403: the account may not do this."""


class Missing(SiteError):
    """404 or 410 in the site's own words or in none: it is not there, or our account may not see it."""


class Conflict(SiteError):
    """409: somebody else changed it first."""


class Rejected(SiteError):
    """400 and the other answers that repeating will not change."""


class TooLarge(SiteError):
    """413: the body is above the site's limit."""


class RateLimited(SiteError):
    """429: not before `until`; `reason` is Atlassian's RateLimit-Reason, or empty."""

    def __init__(self, message: str, *, until: datetime, reason: str, call: str) -> None:
        super().__init__(message, status=429, call=call)
        self.until, self.reason = until, reason


class Unavailable(SiteError):
    """5xx, or an answer that is not what the site documents or is not its own: it may work later."""

    def __init__(
        self, message: str, *, status: int, call: str, until: datetime | None = None, detail: str = ""
    ) -> None:
        super().__init__(message, status=status, call=call, detail=detail)
        self.until = until


class Unreachable(SiteError):
    """No answer came in time: the call may or may not have been done."""
