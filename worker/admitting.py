"""Who is let in to the admin pages: invitations, roles and what limits them, in rows, each with its line in the log.

Whoever changes an account holds all of them until it is done, so that there is always an owner left, and so that the
first code makes one account. This module knows nothing of browsers; `by` is who does it, as the log shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from worker.domain.setting_lists import PROJECT_KEY
from worker.errors import NotAdmitted, NotFoundHere
from worker.store import accounts, audit, tenants
from worker.store.accounts import Account, Invitation, Role
from worker.store.audit import Entry
from worker.store.database import hold

# The first code and a link for a new password end soon, because whoever has one becomes the owner or that person.
FIRST_CODE_LASTS = NEW_PASSWORD_LASTS = timedelta(hours=24)
INVITATION_LASTS = timedelta(days=7)
LONGEST_NAME, LONGEST_EMAIL = 200, 320
_LAST_OWNER = "This is the only owner. Make another account an owner first, or nobody could change anything."


def address(base_url: str, token: str) -> str:
    """The link of an invitation."""
    return f"{base_url}/admin/join/{token}"


def first_code(tx: Connection, now: datetime) -> str | None:
    """The token that makes the first owner, in place of an earlier one; None when there is an account."""
    hold(tx, "accounts")
    if accounts.count(tx):
        return None
    return accounts.invite(tx, Invitation("", Role.OWNER, (), "", now, now + FIRST_CODE_LASTS))


def invite(tx: Connection, email: str, role: Role, grants: Sequence[str], by: str, now: datetime) -> str:
    """The token of an invitation, in place of an earlier one for the email. Raises NotAdmitted."""
    hold(tx, "accounts")
    wanted = checked_email(email)
    if accounts.by_email(tx, wanted):
        raise NotAdmitted(f"{wanted} has an account already. Change its role, or make a link for a new password.")
    limits = checked_grants(tx, role, grants)
    token = accounts.invite(tx, Invitation(wanted, role, limits, by, now, now + INVITATION_LASTS))
    audit.note(tx, Entry(now, by, f"invited {wanted}", after=in_words(hosts(tx), role, limits)))
    return token


def held(tx: Connection, account_id: str) -> Account:
    """An account that nobody else changes until `tx` ends; what the functions below take. Raises NotFoundHere."""
    hold(tx, "accounts")
    if found := accounts.get(tx, account_id):
        return found
    raise NotFoundHere("There is no such account.")


def held_by_email(tx: Connection, email: str) -> Account:
    """The same by its email."""
    hold(tx, "accounts")
    if found := accounts.by_email(tx, email):
        return found
    raise NotFoundHere(f"There is no account {email}; `learnloop account list` shows those there are.")


def reset(tx: Connection, found: Account, by: str, now: datetime) -> str:
    """The token of a link that sets a new password. Raises NotAdmitted for a disabled account."""
    if found.disabled_at:
        raise NotAdmitted(f"The account {found.email} is disabled; enable it first.")
    ends = now + NEW_PASSWORD_LASTS
    token = accounts.invite(tx, Invitation(found.email, found.role, found.grants, by, now, ends))
    audit.note(tx, Entry(now, by, f"made a link with which {found.email} sets a new password"))
    return token


def withdraw(tx: Connection, email: str, by: str, now: datetime) -> bool:
    """Take an invitation back; False when there is none any more."""
    gone = accounts.withdraw(tx, email)
    if gone:
        audit.note(tx, Entry(now, by, f"withdrew the invitation of {email or 'the first owner'}"))
    return gone


def offered(tx: Connection, token: str, now: datetime) -> Invitation | None:
    """What a link is good for now: the first code until there is an account, a password unless that is disabled."""
    found = accounts.invitation(tx, token, now)
    if found is None or (not found.email and accounts.count(tx)):
        return None
    known = accounts.by_email(tx, found.email)
    return None if known and known.disabled_at else found


def join(tx: Connection, token: str, who: tuple[str, str, str], now: datetime) -> str | None:
    """Use a link up: make the account of `who` (email, name, hashed password), or give the one there is the password.

    The account's id; None when the link is good for nothing any more. An invited email stays as it was invited.
    """
    hold(tx, "accounts")
    invitation = offered(tx, token, now)
    if invitation is None or not accounts.take(tx, token, now):
        return None
    email, name, password = accounts.as_kept(invitation.email or who[0]), who[1], who[2]
    if known := accounts.by_email(tx, email):
        accounts.change(tx, known.id, password=password)
        audit.note(tx, Entry(now, email, f"set a new password for {email}, by a link"))
        return known.id
    made = accounts.add(tx, email, name, password, invitation.role, invitation.grants, now)
    for used_up in ("", email):
        accounts.withdraw(tx, used_up)
    may = in_words(hosts(tx), invitation.role, invitation.grants)
    audit.note(tx, Entry(now, email, f"made the account {email}", after=may))
    return made


def give(tx: Connection, found: Account, role: Role, grants: Sequence[str], by: str, now: datetime) -> None:
    """Give an account another role or other limits; its browsers are logged out. Raises NotAdmitted.

    Who is no owner any more keeps no links either: one that makes an owner would lead back.
    """
    limits = checked_grants(tx, role, grants)
    before = in_words(hosts(tx), found.role, found.grants)
    accounts.change(tx, found.id, role=role.value, grants=list(limits))
    _keep_an_owner(tx, found)
    if role is not Role.OWNER:
        accounts.withdraw_of(tx, found.email)
    audit.note(tx, Entry(now, by, f"changed what {found.email} may do", before, in_words(hosts(tx), role, limits)))


def disable(tx: Connection, found: Account, by: str, now: datetime) -> None:
    """Log an account out everywhere and let it in no more, also by no link it made. Raises NotAdmitted for the only
    owner.
    """
    accounts.change(tx, found.id, disabled_at=now)
    _keep_an_owner(tx, found)
    accounts.withdraw(tx, found.email)
    many = accounts.withdraw_of(tx, found.email)
    after = f"links it had made and that are withdrawn: {many}" if many else ""
    audit.note(tx, Entry(now, by, f"disabled the account {found.email}", after=after))


def enable(tx: Connection, found: Account, by: str, now: datetime) -> None:
    """Let a disabled account in again."""
    accounts.change(tx, found.id, disabled_at=None)
    audit.note(tx, Entry(now, by, f"enabled the account {found.email}"))


def checked_email(written: str) -> str:
    """The email as it is kept. Raises NotAdmitted."""
    email = accounts.as_kept(written)
    before, at, after = email.partition("@")
    if not (before and at and "." in after) or len(email) > LONGEST_EMAIL or not email.isprintable() or " " in email:
        raise NotAdmitted("This is not an email address; it looks like ana@example.org.")
    return email


def checked_name(written: str) -> str:
    """A person's name, without needless spaces. Raises NotAdmitted."""
    name = " ".join(written.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise NotAdmitted(f"Give a name of up to {LONGEST_NAME} characters.")
    return name


def checked_grants(tx: Connection, role: Role, grants: Iterable[str]) -> tuple[str, ...]:
    """What limits a role: ids of tenants ("t1"), or projects of theirs ("t1/FLEX"). Raises NotAdmitted."""
    wanted = sorted(set(grants))
    if wanted and role is Role.OWNER:
        raise NotAdmitted("An owner may do everything. Take the limits away, or choose another role.")
    known = hosts(tx)
    for one in wanted:
        tenant_id, slash, project = one.partition("/")
        if tenant_id not in known:
            raise NotAdmitted(f"There is no site {tenant_id[:40]!r} here.")
        if slash and not PROJECT_KEY.fullmatch(project):
            raise NotAdmitted(f"{project[:40]!r} is not the key of a project; it looks like FLEX.")
    return tuple(one for one in wanted if "/" not in one or one.partition("/")[0] not in wanted)


def hosts(tx: Connection) -> dict[str, str]:
    """The host of each tenant's site, by the tenant's id."""
    return {str(one.id): one.host for one in tenants.every(tx)}


def in_words(hosts: Mapping[str, str], role: Role, grants: Sequence[str]) -> str:
    """A role and its limits, as "project admin of FLEX on example.atlassian.net"."""
    if role is Role.OWNER:
        return str(role)
    limits = [one.partition("/") for one in grants]
    named = [(hosts.get(tenant_id, tenant_id), project) for tenant_id, _, project in limits]
    places = ", ".join(f"{project} on {host}" if project else host for host, project in named)
    return f"{role} of {places or 'everything'}"


def _keep_an_owner(tx: Connection, changed: Account) -> None:
    """Raises NotAdmitted, which takes the change back, when it left nobody who may do everything."""
    if changed.role is Role.OWNER and not accounts.owners(tx):
        raise NotAdmitted(_LAST_OWNER)
