"""Was every promise kept? Judged from what the emulated site shows and from what people noted, never from our rows.

Promises: an acknowledged delivery has exactly one outcome; an asked issue carries exactly one comment of ours; a page
key has exactly one page; an acknowledged answer stands exactly once on each page it belongs to.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tests.chaos.people import Note
from worker.emulator import Site
from worker.emulator.wiki_model import Page


@dataclass(frozen=True)
class Verdict:
    """What was counted on the site, and a sentence for each promise that was broken."""

    counts: dict[str, int]
    broken: tuple[str, ...]


def judge(site: Site, bot: str, notes: Sequence[Note]) -> Verdict:
    """Look at everything on the site once all has settled."""
    ours = [page for page in site.pages.values() if page.author == bot and page.status == "current"]
    told, heard = _told(site), _heard(site)
    notes = [replace(note, words="") if note.by_reply and note.words not in heard else note for note in notes]
    broken = [
        *(words for note in notes for words in _outcome(site, bot, note, note.key in told)),
        *_pages(ours),
        *(words for note in notes if note.words for words in _answer(site, note, ours)),
    ]
    acknowledged = sum(200 <= (status or 0) < 300 for one in site.deliveries for status in one.statuses)
    counts = {
        "issues closed": len(notes),
        "deliveries acknowledged": acknowledged,
        "comments of ours": sum(one.author == bot for note in notes for one in site.comments(note.key)),
        "answers acknowledged": sum(bool(note.words) for note in notes),
        "pages of ours": len(ours),
        "versions of them": sum(page.version for page in ours),
    }
    return Verdict(counts, tuple(broken))


def _told(site: Site) -> set[str]:
    """The issues of whose close a delivery was acknowledged."""
    found = set()
    for one in site.deliveries:
        if not any(200 <= (status or 0) < 300 for status in one.statuses):
            continue
        body = json.loads(one.body)
        items = body.get("changelog", {}).get("items", ())
        if any(item.get("field") == "status" and item.get("toString") == "Done" for item in items):
            found.add(body["issue"]["key"])
    return found


def _heard(site: Site) -> str:
    """Every comment whose delivery was acknowledged, in one text: a reply that nobody took was never promised."""
    return "".join(
        one.body.decode()
        for one in site.deliveries
        if one.event == "comment_created" and any(200 <= (status or 0) < 300 for status in one.statuses)
    )


def _outcome(site: Site, bot: str, note: Note, told: bool) -> Iterator[str]:
    """An acknowledged close that is to be asked about has one comment, in its last state; any other has none."""
    ours = [str(one.body.wiki) for one in site.comments(note.key) if one.author == bot]
    if note.wont_do and ours:
        yield f"{note.key} was closed without being done, and was asked about all the same"
    elif not note.wont_do and told and len(ours) != 1:
        yield f"{note.key} was closed and acknowledged, and carries {len(ours)} comments of ours instead of one"
    elif len(ours) > 1:
        yield f"{note.key} carries {len(ours)} comments of ours"
    elif note.words and not (ours and "Thank you" in ours[0]):
        yield f"{note.key} was answered, and its comment does not say so"


def _pages(ours: Sequence[Page]) -> Iterator[str]:
    keys: Counter[str] = Counter()
    for page in ours:
        marks = [one.value["page"] for one in page.properties if one.key == "learnloop"]
        if len(marks) != 1:
            yield f"the page “{page.title}” carries {len(marks)} marks of ours instead of one"
        keys.update(marks)
    for key, count in keys.items():
        if count != 1:
            yield f"{count} pages say that they are {key}"


def _answer(site: Site, note: Note, ours: Sequence[Page]) -> Iterator[str]:
    """The answer stands once on the log of its project, once on its topic's page if it has one, and on its issue."""
    project = note.key.partition("-")[0]
    wanted = [f"Learning log: {project}"] + ([] if note.by_reply else ["Learnings: pricing"])
    pages = {page.title: page for page in ours}
    for title in wanted:
        count = pages[title].storage.count(f">{note.words}</p>") if title in pages else 0  # lists of links say more
        if count != 1:
            yield f"the answer to {note.key} stands {count} times on “{title}”"
    kept = site.properties(note.key).get("learnloop.learning", {})
    if note.words not in json.dumps(kept):
        yield f"the answer to {note.key} is not kept on its issue"
