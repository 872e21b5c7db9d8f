"""A token as the forms take it: whether it can be one, and the day it ends. It tries and keeps nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from worker.errors import SettingInvalid

# A scoped token has some 200 characters; a header of more than 8 kB no server takes.
LONGEST = 4_000


def checked(token: str) -> str:
    """The token. Raises SettingInvalid for what no site gives out."""
    if not re.fullmatch(rf"[!-~]{{1,{LONGEST}}}", token):
        raise SettingInvalid("Paste the token as the site showed it: one word of letters, digits and signs.")
    return token


def end(written: str, now: datetime) -> datetime | None:
    """The beginning of the day (UTC) on which a token ends; None when nothing is said. Raises SettingInvalid."""
    if not written.strip():
        return None
    try:
        day = datetime.strptime(written.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise SettingInvalid("This is not a day; one looks like 2027-05-31.") from None
    if day <= now:
        raise SettingInvalid("This day has passed. Give the day on which the token ends, or none.")
    return day
