"""Read a page of ours as a browser without JavaScript does: its form, what describes each field, and its words."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_EMPTY = {"input", "link", "meta", "img", "br"}


@dataclass
class Page(HTMLParser):
    """`fields` hold what each field would send, `described` the ids that describe it, `texts` the words by element id."""

    html: str
    fields: dict[str, str] = field(default_factory=dict)
    described: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    methods: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    elements: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self._inside: list[tuple[str, str]] = []
        self._area = ""
        self.feed(self.html)
        self.close()
        self.fields = {name: value.removeprefix("\n") for name, value in self.fields.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        self.elements.append(tag)
        self.inline += [name for name in has if name.startswith("on") or name == "style"]
        name = has.get("name", "")
        if tag == "form":
            self.methods.append(has.get("method", "get"))
        elif tag == "script":
            self.scripts.append(has.get("src", "inline"))
        elif tag == "label":
            self.labels.add(has.get("for", ""))
        elif tag == "button":
            self.buttons.append((name, has.get("value", "")))
        elif tag in ("input", "textarea") and name:
            self.described[name] = has.get("aria-describedby", "").split()
            if has.get("type") != "checkbox" or "checked" in has:
                self.fields[name] = has.get("value", "")
        self._area = name if tag == "textarea" else ""
        if tag not in _EMPTY:
            self._inside.append((tag, has.get("id", "")))

    def handle_endtag(self, tag: str) -> None:
        self._area = ""
        while self._inside and self._inside.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data
        for _, name in self._inside:
            if name:
                self.texts[name] = self.texts.get(name, "") + data
