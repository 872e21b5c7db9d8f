"""A project's measures: each with its message, its number, how it is counted, and its picture where one says more.

It counts issues, never people, names none of either, and compares no two teams. Made once a night, not on every answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from worker.domain import measures
from worker.domain.experiments import SPRINT_AIM
from worker.domain.loop import Loop
from worker.domain.measures import MEASURES, Definition, Measure, Rows
from worker.domain.model import PageKey
from worker.domain.pages.page_type import Content, Key, Material, PageType, Wanted
from worker.domain.plot import Bar, Picture, Plot

# Below so many a distribution says nothing that its table does not. Ours.
_FEWEST_TO_DRAW = 5
_TOO_FEW = "It is shown once {} people were asked, so that no number is one person's."


@dataclass(frozen=True)
class Section:
    """One measure as the page shows it. Its `message` stands on its picture, where it has one. `number` is empty where
    the message says it; `rows` are (name, count), `trend` (period, number in words), oldest first; `picture` names an
    attachment, or is empty, and `alt` says what it shows.
    """

    title: str
    message: str
    number: str
    aim: str
    definition: str
    denominator: str
    evidence: str
    rows: Rows
    outside: Rows
    trend: tuple[tuple[str, str], ...]
    picture: str
    alt: str


@dataclass(frozen=True)
class Unsaid:
    """A measure that cannot be told yet, and why."""

    title: str
    definition: str
    reason: str


def _build(key: Key, material: Material) -> Content | None:
    project, loop = key.subject, material.loop or Loop()
    space = material.policy.space_of(project)
    if not space:
        return None
    found = [(definition, definition.count(loop)) for definition in MEASURES]
    told = [(definition, measure) for definition, measure in found if _told(measure, loop)]
    drawn = {definition.name: _picture(definition, measure, loop) for definition, measure in told}
    return Content(
        key=PageKey(str(key)),
        title=f"Measures: {project}",
        space=space,
        parent=PageKey(f"log:{project}"),
        template="measures",
        labels=("learnloop", "learnloop-measures"),
        learnings=0,
        data={
            "project": project,
            "period": loop.each.capitalize(),
            "first": loop.closes[0].closed_at.date().isoformat() if loop.closes else "",
            "last": loop.closes[-1].closed_at.date().isoformat() if loop.closes else "",
            "sections": tuple(_section(definition, measure, loop, drawn) for definition, measure in told),
            "unsaid": tuple(
                _unsaid(definition, measure, loop) for definition, measure in found if not _told(measure, loop)
            ),
        },
        pictures=tuple(picture for picture in drawn.values() if picture),
    )


def _told(measure: Measure, loop: Loop) -> bool:
    """Whether there is something to say, and it is not about one or two people."""
    return loop.people >= measures.FEWEST_IN_A_TEAM and measure.whole > 0 and (measure.part > 0 or not measure.each)


def _section(definition: Definition, measure: Measure, loop: Loop, drawn: Mapping[str, Picture | None]) -> Section:
    picture = drawn[definition.name]
    trend = measures.trend(definition, loop) if definition.trend and len(loop.periods) > 1 else ()
    message, number = definition.say(measure), measures.share(measure.part, measure.whole)
    return Section(
        title=definition.title,
        message=message,
        number="" if definition.rate or number in message else number,
        aim=definition.aim if measure.each != "month" else "",
        definition=definition.definition,
        denominator=definition.denominator,
        evidence=definition.evidence,
        rows=measure.rows,
        outside=measure.outside,
        trend=tuple((period, measures.share(one.part, one.whole)) for period, one in trend),
        picture=picture.name if picture else "",
        alt=picture.alt if picture else "",
    )


def _unsaid(definition: Definition, measure: Measure, loop: Loop) -> Unsaid:
    reason = "There is nothing to count yet."
    if measure.withheld:
        reason = _TOO_FEW.format(measures.FEWEST_PEOPLE)
    elif measure.whole > 0 and loop.people < measures.FEWEST_IN_A_TEAM:
        reason = _TOO_FEW.format(measures.FEWEST_IN_A_TEAM)
    return Unsaid(definition.title, definition.definition, reason)


def _picture(definition: Definition, measure: Measure, loop: Loop) -> Picture | None:
    plotted = _PLOTS.get(definition.name)
    plot = plotted(definition, measure, loop) if plotted else None
    return Picture(f"{definition.name}.png", plot) if plot else None


def _by_period(definition: Definition, measure: Measure, loop: Loop) -> Plot | None:
    """The share in each period."""
    found = measures.trend(definition, loop)
    if sum(one.whole > 0 for _, one in found) < 2:
        return None
    bars = tuple(
        Bar(name, one.part / one.whole, f"{one.part} of {one.whole}", period.short)
        if one.whole
        else Bar(name, 0, "none asked", period.short)
        for (name, one), period in zip(found, loop.periods, strict=True)
    )
    aim = (measures.CAPTURE_AIM, measures.CAPTURE_AIM)
    return Plot(definition.say(measure), bars, upright=True, full=1, aim=aim, aim_words=f"we aim for {definition.aim}")


def _how_many(definition: Definition, measure: Measure, loop: Loop) -> Plot | None:
    """How many began in each period."""
    if len(measure.rows) < 2:
        return None
    bars = tuple(
        Bar(name, count, str(count), period.short)
        for (name, count), period in zip(measure.rows, loop.periods, strict=True)
    )
    aims = measure.each != "month"
    low, high = SPRINT_AIM
    return Plot(
        definition.say(measure),
        bars,
        upright=True,
        aim=(low, high) if aims else None,
        aim_words=f"we aim for {definition.aim}" if aims else "",
    )


def _rows(definition: Definition, measure: Measure, _loop: Loop) -> Plot | None:
    """How the whole divides."""
    if measure.whole < _FEWEST_TO_DRAW:
        return None
    return Plot(definition.say(measure), tuple(Bar(name, count, str(count)) for name, count in measure.rows))


_PLOTS: Mapping[str, Callable[[Definition, Measure, Loop], Plot | None]] = {
    "capture": _by_period,
    "time": _rows,
    "outcomes": _rows,
    "experiments": _how_many,
    "promises": _rows,
}

PAGE_TYPE = PageType(
    "measures",
    wanted=lambda key: Wanted(project=key.subject, limit=0, loop=True),
    build=_build,
    under="log",
)
