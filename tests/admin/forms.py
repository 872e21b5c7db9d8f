"""The forms of a page, filled as a browser without JavaScript would send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """A form: where it is sent, and the values of each name."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str | None, value: str) -> None:
        """One more value of a name."""
        if name:
            self.values.setdefault(name, []).append(value)


class _Reader(HTMLParser):
    """Collects forms. Of a select the chosen option counts, else its first."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._area: str | None = None
        self._select: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append(Form(given.get("action") or ""))
        elif tag == "input" and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self._last(given.get("name"), given.get("value") or "")
        elif tag == "textarea":
            self._area, self._text = given.get("name"), ""
        elif tag == "select":
            self._select = given.get("name")
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.forms[-1].values):
            self.forms[-1].values[self._select] = [given.get("value") or ""]

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._last(self._area, self._text.removeprefix("\n"))
        elif tag == "select":
            self._select = None

    def _last(self, name: str | None, value: str) -> None:
        if self.forms:
            self.forms[-1].add(name, value)


def of(page: str, action: str = "") -> dict[str, list[str]]:
    """What the form sent to `action` (none: to the page itself) holds."""
    reader = _Reader()
    reader.feed(page)
    (found,) = (one for one in reader.forms if one.action.endswith(action) and bool(one.action) == bool(action))
    return found.values
