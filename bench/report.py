"""What a step found: ratios beside what they aim at, tables, and sentences. Plain values that go to JSON and back."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Ratio:
    """One measured ratio. `bound` is what is aimed at: ">=", "<=", or nothing where there is no aim."""

    name: str
    value: float
    bound: str = ""
    aim: float = 0.0

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None without one."""
        match self.bound:
            case ">=":
                return self.value >= self.aim
            case "<=":
                return self.value <= self.aim
        return None


@dataclass(frozen=True)
class Table:
    """Rows of text under a sentence."""

    title: str
    columns: list[str]
    rows: list[list[str]]


@dataclass
class Report:
    """All of one step."""

    ratios: list[Ratio] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def at_least(self, name: str, value: float, aim: float) -> None:
        """Add a ratio that ought to be `aim` or more."""
        self.ratios.append(Ratio(name, value, ">=", aim))

    def at_most(self, name: str, value: float, aim: float) -> None:
        """Add a ratio that ought to be `aim` or less."""
        self.ratios.append(Ratio(name, value, "<=", aim))

    def told(self, name: str, value: float) -> None:
        """Add a ratio that has no aim."""
        self.ratios.append(Ratio(name, value))

    def as_json(self) -> dict[str, Any]:
        """The report as plain JSON values."""
        return asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> Report:
        """The report that `as_json` wrote."""
        ratios = [Ratio(**one) for one in data["ratios"]]
        return Report(ratios, [Table(**one) for one in data["tables"]], list(data["notes"]))


def median(values: Iterable[float]) -> float:
    """The middle of some values."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def short(value: float) -> str:
    """A figure with three digits that count, or whole from a hundred on."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def milliseconds(seconds: float) -> str:
    """A time for a table."""
    return f"{short(seconds * 1000)} ms"
