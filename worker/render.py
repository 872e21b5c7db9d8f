"""Turn content into markup: Confluence's storage format, Jira's comments. The only place that makes an environment.

Everything a person wrote is escaped by the environment itself; characters XML does not allow are taken out. What comes
out is parsed before anyone may send it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from worker.domain import storage_format, wiki
from worker.domain.model import Hosting
from worker.domain.numerals import counted
from worker.domain.pages.page_type import Content, region_name
from worker.domain.publishing import Rendered

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def folder() -> Path:
    """Where the templates are: inside the installed package, or beside it in a checkout."""
    here = Path(__file__).parent
    installed = here / "templates"
    return installed if installed.is_dir() else here.parent / "templates"


def descriptor() -> Path:
    """The Connect descriptor's template: it ships beside the others."""
    installed = folder() / "atlassian-connect.json"
    return installed if installed.is_file() else folder().parent / "atlassian-connect.json"


def page(content: Content, hosting: Hosting = Hosting.CLOUD) -> Rendered:
    """The page as storage format, with its regions. Raises NotWellFormed if a template made a mistake.

    Whether Data Center takes more than one excerpt a page is not documented, so a page has one region there. A Jira
    user key is no key of a Confluence user there either, so nobody is mentioned.
    """
    template = _environment().get_template(f"confluence/{content.template}.xml")
    cloud = hosting is Hosting.CLOUD
    names = {"one_region": not cloud, "mentions": cloud}
    body = template.render(**content.data, **names, region=lambda part="": region_name(content.key, part)).strip()
    regions = storage_format.regions(body)
    return Rendered(content.title[:255], body, digest(content), regions, content.learnings)


def emptied(key: str, title: str, regions: Iterable[str]) -> Rendered:
    """The page with nothing in its regions, for learnings that belong elsewhere now."""
    template = _environment().get_template("confluence/_emptied.xml")
    found = {name: template.render(name=name).strip() for name in regions}
    return Rendered(title, "".join(found.values()), hashlib.sha256(key.encode()).hexdigest()[:16], found, 0)


def digest(content: Content) -> str:
    """A digest of what the page is made from, the templates included; costs no rendering."""
    return hashlib.sha256((content.digest() + _template_digest()).encode()).hexdigest()[:16]


def adf_comment(name: str, **values: object) -> dict[str, Any]:
    """The comment `templates/jira/<name>.json` as an ADF document."""
    text = _environment().get_template(f"jira/{name}.json").render(**values)
    document: dict[str, Any] = json.loads(text)
    return document


def wiki_comment(name: str, **values: object) -> str:
    """The comment `templates/jira/<name>.wiki` in Jira's wiki markup."""
    return _environment().get_template(f"jira/{name}.wiki").render(**values).strip()


def clean(value: object) -> object:
    """Text without the characters that XML does not allow; everything else as it is."""
    if isinstance(value, Markup):
        return value
    return _NOT_XML.sub("", value) if isinstance(value, str) else value


@cache
def _template_digest() -> str:
    """So that a new version of a template brings every page up to date."""
    files = sorted((folder() / "confluence").glob("*.xml"))
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder()),
        autoescape=select_autoescape(enabled_extensions=("xml",), default=False),
        undefined=StrictUndefined,
        finalize=clean,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "paragraphs": _paragraphs,
        "lines": _lines,
        "month": _month,
        "count": counted,
        "short_url": _short_url,
        "wiki": _wiki,
    }
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return environment


def _paragraphs(text: str) -> Markup:
    """Text as paragraphs: a blank line parts two, a single line break stays a break."""
    blocks = [block for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    return Markup().join(Markup("<p>{}</p>").format(_lines(block)) for block in blocks)


def _lines(text: str) -> Markup:
    """Text on one or more lines inside a paragraph."""
    return Markup("<br />").join(escape(clean(line.strip())) for line in text.strip().splitlines())


def _wiki(text: str) -> str:
    """Text that means nothing to Jira's wiki markup, on one line."""
    return wiki.escaped(" ".join(text.split()))


def _month(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{_MONTHS[day.month - 1]} {day.year}"


def _short_url(url: str) -> str:
    """An address as people read it: without the scheme, cut in the middle of nowhere only when long."""
    plain = url.split("://", 1)[-1].rstrip("/")
    return plain if len(plain) <= 60 else f"{plain[:57]}…"
