"""Text with formatting, kept once and read in Jira's two forms: an Atlassian document (v3) and wiki text (v2,
webhooks). The form a text was written in is given back exactly; the other one is derived when first asked
for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from worker.emulator.adf_wiki import wiki_from_adf
from worker.emulator.wiki import adf_from_wiki


class RichText:
    """One formatted text. Equal when its document is equal."""

    __slots__ = ("_adf", "_wiki")

    def __init__(self, adf: dict[str, Any] | None = None, wiki: str | None = None) -> None:
        self._adf = adf
        self._wiki = wiki

    @classmethod
    def of_wiki(cls, text: str, name_of: Callable[[str], str | None] = lambda _: None) -> RichText:
        """Return the text written as wiki markup; ``name_of`` puts names beside mentioned account ids."""
        return cls(adf_from_wiki(text, name_of), text)

    @classmethod
    def of_adf(cls, document: dict[str, Any]) -> RichText:
        """Return the text written as an Atlassian document, which must be valid."""
        return cls(document)

    @property
    def adf(self) -> dict[str, Any]:
        """The text as an Atlassian document."""
        if self._adf is None:
            self._adf = adf_from_wiki(self._wiki or "")
        return self._adf

    @property
    def wiki(self) -> str:
        """The text as wiki markup."""
        if self._wiki is None:
            self._wiki = wiki_from_adf(self._adf or {})
        return self._wiki

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RichText) and self.adf == other.adf

    def __hash__(self) -> int:
        return hash(self.wiki)

    def __repr__(self) -> str:
        return f"RichText({self.wiki!r})"
