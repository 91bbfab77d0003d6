"""Who somebody is: profiles, Slack members, and the rules that tie one to the other."""

import enum
import string
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.text import clean_line

_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
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


class Doubt(enum.StrEnum):
    """Why a Slack member is not recognized by their e-mail."""

    FOREIGN = "foreign"
    BOT = "bot"
    DELETED = "deleted"
    GUEST = "guest"
    NO_EMAIL = "no email"
    UNCONFIRMED = "unconfirmed"
    NOBODY = "nobody"
    SEVERAL = "several"


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


@dataclass(frozen=True)
class Name:
    """What somebody is called, whole and by the first name."""

    name: str
    short_name: str

    @classmethod
    def of(cls, whole: str) -> "Name":
        """Return the names of somebody of whom only one is known; an address is nobody's name."""
        words = clean_line(whole).split()
        if not words or "@" in whole:
            return cls(SOMEBODY, SOMEBODY)
        return cls(" ".join(words), words[0])


@dataclass(frozen=True, kw_only=True)
class Mode:
    """An active profile under which a user may look."""

    profile_id: int
    organization_id: int
    organization_name: str
    kind: ProfileKind


@dataclass(frozen=True, kw_only=True)
class HeldProfile:
    """A profile that a user has, active or not. ``owner``: the user owns the organization."""

    organization_id: int
    organization_name: str
    kind: ProfileKind
    active: bool
    primary: bool
    owner: bool


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody of an organization: what they are there, and what they were. ``owner``: it is theirs."""

    user: User
    kinds: Sequence[ProfileKind]
    switched_off: Sequence[ProfileKind]
    owner: bool


@dataclass(frozen=True, kw_only=True)
class Known:
    """Whom a Slack account is taken for: the rule that matched, what they are, and how they look (``mode``)."""

    user: User
    rule: IdentityRule
    profiles: Sequence[HeldProfile]
    mode: Mode | None


@dataclass(frozen=True)
class Match:
    """Whom a member's e-mail means; ``doubt`` says why it means nobody."""

    user: User | None
    doubt: Doubt | None


def normalize_email(email: str) -> str:
    """Return the form in which e-mail addresses are compared.

    The letters A to Z alone lose their case: to fold more would make one of two mailboxes, as Unicode takes the
    Kelvin sign for a k and a sharp s for two.
    """
    return clean_line(email).translate(_SMALL)


def doubt_about(member: SlackMember) -> Doubt | None:
    """Return why nobody may be recognized by this member's e-mail; None: it can be trusted.

    Only a full member of the very workspace that asks counts: a guest's address was typed by whoever invited
    them, and another workspace's admin can give any member any address.
    """
    doubts = {
        Doubt.FOREIGN: member.account.team_id != member.seen_by_team_id,
        Doubt.BOT: member.bot,
        Doubt.DELETED: member.deleted,
        Doubt.GUEST: member.guest,
        Doubt.NO_EMAIL: not normalize_email(member.email or ""),
        Doubt.UNCONFIRMED: not member.email_confirmed,
    }
    return next((doubt for doubt, is_so in doubts.items() if is_so), None)


def trusted_email(member: SlackMember) -> str | None:
    """Return the e-mail by which this member may be recognized, or None."""
    return None if doubt_about(member) else normalize_email(member.email or "")


def may_register(member: SlackMember) -> bool:
    """Tell whether this member may register an organization for the workspace that asks: they administer it."""
    return member.admin and _is_full_member(member)


def _is_full_member(member: SlackMember) -> bool:
    return not (member.foreign or member.guest or member.bot or member.deleted)


def display_name_for_log(user: User, account: SlackAccount | None) -> str:
    """Return the e-mail, or ``slack:T/U`` for somebody without one (the log lines that operators grep).

    Who has neither is ``user:17``.
    """
    return user.email or (f"user:{user.id}" if account is None else str(account))
