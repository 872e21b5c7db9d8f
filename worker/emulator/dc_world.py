"""What makes a world a customer's own: the fields Jira Data Center has and Cloud has not, and the keys people get.
Sources: Atlassian, Jira Data Center REST reference (fields, "JIRAUSER" keys since 8.4); Epic Link stands where Cloud
has a parent."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from worker.emulator.catalogue import EPIC_LINK_FIELD
from worker.emulator.model import AccountId, Field, Hosting, Person
from worker.emulator.world import World

JIRA_VERSION = "10.3.6"
FIRST_USER = 10100
_CLOUD_FIELDS = ("statuscategorychangedate",)


def settle(world: World, jira_version: str) -> None:
    """Make a new world one of Data Center, before anybody lives there."""
    world.hosting = Hosting.DATA_CENTER
    world.jira_version = jira_version
    for name in _CLOUD_FIELDS:
        del world.fields[name]
    world.fields[EPIC_LINK_FIELD] = Field(EPIC_LINK_FIELD, "Epic Link", "epiclink", custom=True)


def enrolled(world: World, person: Person, username: str, password: str | None) -> Person:
    """Return a new person with the keys and names of Data Center; without a user name it is the e-mail's local part."""
    name = username or person.email.partition("@")[0]
    return replace(
        person,
        account_id=AccountId(f"JIRAUSER{world.next_id('user', FIRST_USER)}"),
        username=name,
        password=password,
        wiki_key=hashlib.blake2b(name.encode(), digest_size=16).hexdigest(),
    )
