"""A vendor company: its name, its slug, who owns it, and what a channel is to it."""

import enum
import re
import unicodedata
from dataclasses import dataclass

from bot.domain.people import CustomersJoin
from bot.domain.text import can_be_seen, clean_line

NAME_LIMIT = 80
SLUG_LIMIT = 63


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
