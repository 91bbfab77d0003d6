"""What people say about an issue. Public and internal words are different types: a mix-up does not type-check.

A function that renders for a customer takes a ``PublicComment``; no way leads from an ``InternalComment`` to one.
"""

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.places import Audience

# Slack cuts a message at 40,000 characters; the API takes as much.
COMMENT_LIMIT = 40_000
# What ends the marker: it is a word of its own. "@customers are angry", "@customer's card" and "@customer.io is
# down" are internal; so is "@customer:wave:", which is an emoji, as what is not clear stays within.
_AFTER_MARKER = re.compile(r"[:,.;!?…]*(?:\s+|$)|[:,]+(?![\w+'-]+:)")


class CommentVisibility(enum.StrEnum):
    """Who may read a comment."""

    PUBLIC = "public"
    INTERNAL = "internal"


@dataclass(frozen=True)
class MessageAddress:
    """A message of Slack, as the installed workspace names its channel."""

    team_id: str
    channel_id: str
    ts: str


@dataclass(frozen=True, kw_only=True)
class PublicComment:
    """Words that the customer may read. ``by_customer``: said for the customer's side; ``in_linear``: in Linear."""

    author_name: str
    author_first_name: str
    by_customer: bool
    organization_name: str
    text: str
    file_names: Sequence[str] = ()
    in_linear: bool = False


@dataclass(frozen=True, kw_only=True)
class InternalComment:
    """Words that stay within the organization. ``in_linear``: said in Linear."""

    author_name: str
    internal_text: str
    file_names: Sequence[str] = ()
    in_linear: bool = False


def sort_reply(text: str, audience: Audience, marker: str) -> tuple[CommentVisibility, str]:
    """Return who may read a reply in a thread, and its words without the marker.

    Args:
        text: as it was typed.
        audience: whose thread it is. What is said where customers read is public.
        marker: what begins a reply for the customer in the triage thread, such as ``@customer``; "": nothing does.
    """
    if audience is not Audience.TRIAGE:
        return CommentVisibility.PUBLIC, text
    begins, rest = text[: len(marker)], text[len(marker) :]
    if marker and begins.casefold() == marker.casefold() and (end := _AFTER_MARKER.match(rest)):
        return CommentVisibility.PUBLIC, rest[end.end() :]
    return CommentVisibility.INTERNAL, text


def may_be_shown(visibility: CommentVisibility, audience: Audience) -> bool:
    """Tell whether words may stand where this audience reads: a channel that is both is the customer's too."""
    return visibility is CommentVisibility.PUBLIC or audience is Audience.TRIAGE


def widest_of(before: CommentVisibility, after: CommentVisibility) -> CommentVisibility:
    """Return the wider of two: whoever might read words at either time."""
    return CommentVisibility.PUBLIC if CommentVisibility.PUBLIC in {before, after} else CommentVisibility.INTERNAL
