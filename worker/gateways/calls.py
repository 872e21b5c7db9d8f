"""What a site can be asked to do, and what is sent with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Call:
    """One thing a site can be asked to do. `path` has {placeholders}; `about` completes "when asked to …"."""

    name: str
    product: str
    method: str
    path: str
    about: str
    needs: str = ""


@dataclass(frozen=True)
class Upload:
    """A file to send: its name at the site, its bytes and their media type, and the fields of the form around it."""

    name: str
    data: bytes
    media_type: str
    fields: Mapping[str, str]
