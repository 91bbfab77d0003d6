"""A vendor company: its name, its slug, who owns it, and what a channel is to it."""

import enum
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.issues import Status
from bot.domain.people import CustomersJoin
from bot.domain.text import can_be_seen, clean_line, is_whole_number

NAME_LIMIT = 80
SLUG_LIMIT = 63
MARKER_LIMIT = 30
REOPEN_DAYS_LIMIT = 365
CHOOSE_ONE = "Choose one of them."
MARKER_LENGTH = f"Give 1 to {MARKER_LIMIT} characters."
MARKER_SPACES = "It is one word: leave out the spaces."
MARKER_SIGN = "Begin with a sign such as @ or !, as in @customer."
WHOLE_DAYS = f"Give a whole number of days from 0 to {REOPEN_DAYS_LIMIT}."
_SLACKS_OWN = frozenset("/<>&*_~`")
_ESCAPED = frozenset("<>&`")


class Part(enum.StrEnum):
    """A channel's part in an organization."""

    INTAKE = "intake"
    TRIAGE = "triage"


class Visibility(enum.StrEnum):
    """Who sees the issues that are raised in an intake channel."""

    SHARED = "shared"
    PRIVATE = "private"


@dataclass(frozen=True)
class ChannelAddress:
    """A Slack channel, as the installed workspace names it."""

    team_id: str
    channel_id: str


@dataclass(frozen=True, kw_only=True)
class ChannelLink:
    """What one channel is to one organization; a channel belongs to one organization at most."""

    address: ChannelAddress
    organization_id: int
    intake: bool
    triage: bool
    visibility: Visibility


@dataclass(frozen=True, kw_only=True)
class Organization:
    """An organization as it is stored."""

    id: int
    name: str
    slug: str
    customers_join: CustomersJoin
    owner_user_id: int
    linear_team_id: str | None
    reply_marker: str
    reopen_days: int


@dataclass(frozen=True, kw_only=True)
class OrganizationSettings:
    """What an organization's owner decides.

    Args:
        customers_join: who may become a customer.
        reply_marker: what begins an internal reply that is meant for the customer.
        reopen_days: for how many days a closed issue can be reopened.
    """

    customers_join: CustomersJoin
    reply_marker: str
    reopen_days: int


@dataclass(frozen=True, kw_only=True)
class LinearSettings:
    """What an organization's owner decides about Linear.

    Args:
        takes_titles: a title that is changed in Linear is taken over.
        paused: nothing is exchanged with Linear.
        states: the ids of the Linear states that it chose for our statuses, over the first of the wanted type.
    """

    takes_titles: bool = False
    paused: bool = False
    states: Mapping[Status, str] = field(default_factory=dict)


class Setting(enum.StrEnum):
    """The parts of an organization's settings."""

    CUSTOMERS_JOIN = "customers_join"
    REPLY_MARKER = "reply_marker"
    REOPEN_DAYS = "reopen_days"


@dataclass(frozen=True)
class SettingProblem:
    """What is wrong with one setting, in a sentence for the person."""

    setting: Setting
    sentence: str


def read_settings(
    customers_join: str, reply_marker: str, reopen_days: str
) -> OrganizationSettings | list[SettingProblem]:
    """Return settings as they are stored, from what was typed, or what is wrong with it."""
    marker, days = clean_line(reply_marker), clean_line(reopen_days)
    problems = []
    if customers_join not in set(CustomersJoin):
        problems.append(SettingProblem(Setting.CUSTOMERS_JOIN, CHOOSE_ONE))
    if problem := marker_problem(marker):
        problems.append(SettingProblem(Setting.REPLY_MARKER, problem))
    if not is_whole_number(days, len(str(REOPEN_DAYS_LIMIT))) or int(days) > REOPEN_DAYS_LIMIT:
        problems.append(SettingProblem(Setting.REOPEN_DAYS, WHOLE_DAYS))
    if problems:
        return problems
    return OrganizationSettings(
        customers_join=CustomersJoin(customers_join), reply_marker=marker, reopen_days=int(days)
    )


def marker_problem(marker: str) -> str | None:
    """Return why this cannot begin a reply, in a sentence, or None."""
    if not 0 < len(marker) <= MARKER_LIMIT:
        return MARKER_LENGTH
    if not all(can_be_seen(character) for character in marker):
        return MARKER_SPACES
    # Slack takes some signs for itself: a command, a quotation, bold, a link.
    begins_with_sign = unicodedata.category(marker[0])[0] in {"P", "S"} and marker[0] not in _SLACKS_OWN
    return None if begins_with_sign and not set(marker) & _ESCAPED else MARKER_SIGN


def tidy_name(name: str) -> str:
    """Return an organization's name as it is stored: one line."""
    return clean_line(name)


def name_problem(name: str) -> str | None:
    """Return what is wrong with a tidied name, in a sentence, or None."""
    if not can_be_seen(name):
        return "Give the organization a name."
    if len(name) > NAME_LIMIT:
        return f"The name can have {NAME_LIMIT} characters; this one has {len(name)}."
    return None


def slug_of(name: str) -> str:
    """Return the name as it stands in an address: lower case, letters and digits, joined by hyphens.

    Letters of other scripts stay, as they are what people would type; a name of signs alone becomes its code
    points, because a slug is never empty.
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    kept = "".join(character if _belongs_to_a_word(character) else "-" for character in plain)
    slug = re.sub(r"-+", "-", kept).strip("-")[:SLUG_LIMIT].strip("-")
    return slug or "-".join(f"{ord(character):x}" for character in plain)[:SLUG_LIMIT].strip("-")


def _belongs_to_a_word(character: str) -> bool:
    # Marks are vowels in many scripts: without them two names would make one slug.
    return character.isalnum() or unicodedata.category(character).startswith("M")
