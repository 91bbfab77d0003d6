"""Who somebody is: profiles, Slack members, and the rules that tie one to the other."""

import enum
from dataclasses import dataclass

from bot.domain.text import clean_line

# Who has no name.
SOMEBODY = "Somebody"


class ProfileKind(enum.StrEnum):
    """What a user is in one organization."""

    VENDOR = "vendor"
    EMPLOYEE = "employee"
    CUSTOMER = "customer"


class IdentityRule(enum.StrEnum):
    """Why a Slack member is taken for a user; stored with the identity, so that it can be asked for."""

    REGISTERED = "registered"
    EMAIL = "email"
    NEW = "new"


class CustomersJoin(enum.StrEnum):
    """Who may become a customer of an organization."""

    OPEN = "open"
    INVITED = "invited"


@dataclass(frozen=True)
class SlackAccount:
    """A member of a Slack workspace: ids are only unique within their team."""

    team_id: str
    user_id: str

    def __str__(self) -> str:
        return f"slack:{self.team_id}/{self.user_id}"


@dataclass(frozen=True, kw_only=True)
class SlackMember:
    """What Slack's ``users.info`` says of a member, as far as it decides anything.

    ``account.team_id`` is the member's home team; ``seen_by_team_id`` the workspace whose token asked; ``admin``
    is said of the home team's admins and owners.
    """

    account: SlackAccount
    seen_by_team_id: str
    email: str | None
    email_confirmed: bool
    first_name: str
    last_name: str
    guest: bool
    bot: bool
    deleted: bool
    admin: bool = False

    @property
    def foreign(self) -> bool:
        """Whether this is somebody of another workspace, met in a shared channel."""
        return self.account.team_id != self.seen_by_team_id

    @property
    def name(self) -> str:
        """The first and last name, or a word where there is neither."""
        return f"{self.first_name} {self.last_name}".strip() or SOMEBODY


@dataclass(frozen=True, kw_only=True)
class User:
    """A person in the CRM."""

    id: int
    email: str | None
    first_name: str
    last_name: str
    active: bool

    @property
    def name(self) -> str:
        """The first and last name, or a word where there is neither."""
        return f"{self.first_name} {self.last_name}".strip() or SOMEBODY

    @property
    def short_name(self) -> str:
        """The first name, or what there is."""
        return self.first_name or self.name


@dataclass(frozen=True, kw_only=True)
class Mode:
    """An active profile under which a user may look."""

    profile_id: int
    organization_id: int
    organization_name: str
    kind: ProfileKind


def normalize_email(email: str) -> str:
    """Return the form in which e-mail addresses are compared."""
    return clean_line(email).casefold()


def trusted_email(member: SlackMember) -> str | None:
    """Return the e-mail by which this member may be recognized, or None.

    Only a full member of the very workspace that asks counts: a guest's address was typed by whoever invited
    them, and another workspace's admin can give any member any address.
    """
    if not _is_full_member(member) or not member.email_confirmed:
        return None
    return normalize_email(member.email) if member.email else None


def may_register(member: SlackMember) -> bool:
    """Tell whether this member may register an organization for the workspace that asks: they administer it."""
    return member.admin and _is_full_member(member)


def _is_full_member(member: SlackMember) -> bool:
    return not (member.foreign or member.guest or member.bot or member.deleted)


def display_name_for_log(email: str | None, account: SlackAccount) -> str:
    """Return the e-mail, or ``slack:T/U`` for somebody without one (the log lines that operators grep)."""
    return email or str(account)
