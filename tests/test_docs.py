"""The documentation against the code: nothing named that is not there, nothing there that is not named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from worker import onboarding
from worker.cli import main
from worker.config import SETTINGS
from worker.domain.experiments import PARTS
from worker.domain.model import JobKind
from worker.domain.pages import PAGE_TYPES
from worker.domain.questions import QUESTIONS

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
README = (ROOT / "README.md").read_text()
ADDING = (ROOT / "docs" / "adding.md").read_text()
INSTALL = (ROOT / "docs" / "install.md").read_text()
COMMANDS_PART = README.partition("## Commands")[2].partition("\n## ")[0]

_LINK = re.compile(r"\]\(([^)\s]+)\)")
# The three groups of events that Jira's form for a webhook has, as a page or a sentence lists them.
_EVENTS = re.compile(r"Issue:? ([a-z, ]+)\W+(?:and \W)?Comment:? ([a-z, ]+)\W+(?:and \W)?Sprint:? ([a-z, ]+)")
_ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \| (.+?) \| (.+) \|$", re.MULTILINE)


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its full name (`tenant add`)."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


COMMANDS = dict(commands(main))
OPTIONS = sorted(
    (name, option)
    for name, command in COMMANDS.items()
    for parameter in command.params
    if isinstance(parameter, click.Option)
    for option in parameter.opts
)


def test_every_setting_is_documented_with_its_default_and_its_words_and_no_other() -> None:
    rows = _ROW.findall((ROOT / "docs" / "configuration.md").read_text())
    assert rows == [
        (f"{one.name}", f"`{one.default}`" if one.default else "empty", one.wants, one.about) for one in SETTINGS
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name: str) -> None:
    assert re.search(rf"`(learnloop )?{name}\b", COMMANDS_PART)


@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_every_option_is_documented(name: str, option: str) -> None:
    assert re.search(rf"{option}\b", README + INSTALL), f"neither README.md nor install.md has {option} of {name}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_names_no_command_that_is_not_there(document: Path) -> None:
    first_words = set(re.findall(r"`(?:[$] )?learnloop ([a-z-]+)", document.read_text()))
    assert first_words <= {name.partition(" ")[0] for name in COMMANDS}


@pytest.mark.parametrize(
    ("opening", "names"),
    [
        ("Jobs today:", [kind.value for kind in JobKind]),
        ("Types today:", list(PAGE_TYPES)),
        ("Questions today:", [question.field for question in QUESTIONS]),
    ],
)
def test_the_guide_lists_what_there_is_today(opening: str, names: list[str]) -> None:
    listed = ADDING.partition(opening)[2].partition(".")[0].replace("\n", " ")
    assert sorted(name.strip() for name in listed.split(",")) == sorted(names)


def test_every_part_of_an_experiment_is_documented_with_the_words_that_tell_it() -> None:
    text = (ROOT / "docs" / "experiments.md").read_text()
    rows = dict(re.findall(r"^\| (.+?) \| (.+?) \| .+ \|$", text, re.MULTILINE))
    assert {part.label: [f"{word}:" for word in part.words] for part in PARTS} == {
        label: re.findall(r"`([^`]+)`", words) for label, words in rows.items() if "`" in words
    }


def events(text: str) -> list[set[str]]:
    """The events, in Jira's names, of each list of a webhook's events in a text."""
    names = ("jira:issue_{}", "comment_{}", "sprint_{}")
    return [
        {
            name.format(verb)
            for name, verbs in zip(names, groups, strict=True)
            for verb in re.findall(r"[a-z]+ed", verbs)
        }
        for groups in _EVENTS.findall(re.sub(r"\s+", " ", text))
    ]


def test_every_page_that_lists_the_webhooks_events_lists_them_all_as_the_guide_does() -> None:
    found = {path.name: listed for path in DOCUMENTS if (listed := events(path.read_text()))}
    assert found.keys() >= {"README.md", "install.md", "cloud.md", "data_center.md"}
    lists = [one for listed in found.values() for one in listed] + events(onboarding.EVENT_WORDS)
    assert [one for one in lists if one != set(onboarding.EVENTS)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_relative_link_leads_to_a_file(document: Path) -> None:
    links = [link.partition("#")[0] for link in _LINK.findall(document.read_text()) if "://" not in link]
    assert [link for link in links if link and not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_module_a_document_names_is_there(document: Path) -> None:
    named = set(re.findall(r"`((?:worker|webhooks|templates|tests|docs)/[\w./-]+)`", document.read_text()))
    assert [name for name in sorted(named) if not any(ROOT.glob(f"{name.rstrip('/')}*"))] == []


def test_the_first_lines_of_the_readme_say_how_to_try_and_how_to_test() -> None:
    first = README.splitlines()[:40]
    assert any(line.startswith("$ make demo") for line in first)
    assert any(line.startswith("$ make test") for line in first)


def test_every_make_target_that_is_named_is_there() -> None:
    named = {target for path in DOCUMENTS for target in re.findall(r"(?:\$ |`)make ([a-z]+)", path.read_text())}
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert named <= targets
