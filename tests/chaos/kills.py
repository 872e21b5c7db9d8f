"""`kill -9` at random moments under load: `python -m tests.chaos.kills --kills 200 --database sqlite --seed 1`.

The kills are done in steps, each on a stage of its own, settled and judged before the next. What a step came to is kept
in a file, so that a run that was cut short goes on where it stopped; the same seed gives the same people and the same
waits, though never the same interleaving. Exit code 0 when every promise was kept, 1 when not, 3 when `--minutes` were
over before all was done.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.chaos.judging import judge
from tests.chaos.people import working
from tests.chaos.stage import staged

A_STEP = 50  # kills on one stage; well under ten minutes
REST = (0.4, 2.4)  # seconds between two kills
PACE = 0.6  # seconds a person rests, at most
MEMBERS = {"sqlite": (1, 1), "postgresql": (2, 2)}  # web processes and workers


@dataclass(frozen=True)
class Step:
    """What one stage came to."""

    kills: dict[str, int]
    counts: dict[str, int]
    broken: tuple[str, ...]
    seconds: float


def step(folder: Path, database: str, kills: int, seed: int) -> Step:
    """So many kills of random processes of a deployment at work; then all is settled and judged."""
    begun, dice, died = time.monotonic(), random.Random(seed), Counter[str]()
    webs, workers = MEMBERS[database]
    with staged(folder, database, webs=webs, workers=workers) as stage:
        with working(stage, seed, PACE) as crowd:
            while died.total() - died["nothing"] < kills:
                threading.Event().wait(dice.uniform(*REST))
                died[stage.fleet.kill_one(dice)] += 1
        late: tuple[str, ...] = ()
        try:
            stage.settle()
        except TimeoutError as error:
            late = (f"{error}: {[(job.kind, job.key, job.state, job.error) for job in stage.jobs()][:5]}",)
        dead = tuple(f"{job.kind} {job.key} was given up: {job.error}" for job in stage.jobs() if job.state == "dead")
        verdict = judge(stage.site, stage.bot, crowd.notes)
    seconds = round(time.monotonic() - begun, 1)
    return Step(dict(died), verdict.counts, (*late, *dead, *verdict.broken), seconds)


def steps(ledger: Path, database: str, kills: int, seed: int, minutes: float) -> list[Step]:
    """The steps of a run, those that a former run has done included; fewer when the minutes are over."""
    over = time.monotonic() + minutes * 60
    sizes = [min(A_STEP, kills - start) for start in range(0, kills, A_STEP)]
    done = _read(ledger)
    longest = 0.0
    for number, size in list(enumerate(sizes))[len(done) :]:
        if time.monotonic() + longest > over:
            break
        with tempfile.TemporaryDirectory(prefix="learnloop-kills-") as folder:
            done.append(step(Path(folder), database, size, seed * 1_000 + number))
        longest = max(longest, done[-1].seconds)
        ledger.parent.mkdir(parents=True, exist_ok=True)
        ledger.write_text(json.dumps([asdict(one) for one in done], indent=1))
    return done


def main(words: Sequence[str] | None = None) -> int:
    """Run from the command line; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", choices=sorted(MEMBERS), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=600.0, help="begin no step that would end later than this")
    parser.add_argument("--ledger", type=Path, default=Path("build/chaos"), help="the folder of the ledgers")
    given = parser.parse_args(words)
    ledger = given.ledger / f"kills-{given.database}-{given.kills}-{given.seed}.json"
    done = steps(ledger, given.database, given.kills, given.seed, given.minutes)
    for line in table(done, f"{given.database}, seed {given.seed}"):
        print(line)  # noqa: T201 - what the command is for
    if any(one.broken for one in done):
        return 1
    if sum(_deaths(one) for one in done) < given.kills:
        print(f"Not finished; the same command goes on from {ledger}.")  # noqa: T201
        return 3
    return 0


def table(done: Sequence[Step], title: str) -> list[str]:
    """What came of it, a line each."""
    died, counts = Counter[str](), Counter[str]()
    for one in done:
        died.update(one.kills)
        counts.update(one.counts)
    died.pop("nothing", None)
    lines = [("kills", died.total()), *((f"  of {name} processes", died[name]) for name in sorted(died))]
    lines += [*counts.items(), ("broken promises", sum(len(one.broken) for one in done))]
    lines += [("seconds", round(sum(one.seconds for one in done)))]
    return [
        title,
        *(f"  {name:<28}{count:>8}" for name, count in lines),
        *(f"  BROKEN: {words}" for words in _wrong(done)),
    ]


def _wrong(done: Sequence[Step]) -> list[str]:
    return [words for one in done for words in one.broken]


def _deaths(one: Step) -> int:
    return sum(count for name, count in one.kills.items() if name != "nothing")


def _read(ledger: Path) -> list[Step]:
    if not ledger.exists():
        return []
    return [Step(**(one | {"broken": tuple(one["broken"])})) for one in json.loads(ledger.read_text())]


if __name__ == "__main__":
    raise SystemExit(main())
