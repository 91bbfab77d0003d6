"""What can be done about the tie between an issue and the Linear issue that it follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.effects import LinearField
from bot.domain.issues import IssueRef
from bot.domain.trouble import Stuck

# What an event says.
LINKED = "linear_linked"
RELINKED = "linear_relinked"
UNLINKED = "linear_unlinked"
NOT_LINKED = "linear_not_linked"
PAUSED = "linear_paused"
RESUMED = "linear_resumed"
LINK_EVENTS = (LINKED, RELINKED, UNLINKED, NOT_LINKED, PAUSED, RESUMED)

# Why an issue is not linked, in words that follow a colon. Another organization's issue is not there, either.
NOT_THERE = "there is no such issue in your Linear team"
IN_THE_TRASH = "it was deleted or archived in Linear"
# What follows of it where an issue was raised with it.
OPENED_INSTEAD = "A new one is opened in Linear instead"


@dataclass(frozen=True, kw_only=True)
class Tie:
    """Which Linear issue an issue follows.

    Args:
        linear_id, identifier, url, state_name: which it is, and its state as it was last seen.
        paused_at: since when nothing is exchanged about this issue, on somebody's word (UTC).
        organization_paused: nothing of the whole organization is exchanged now.
        gone: why it cannot be reached any more.
        others: the numbers of the organization's other issues that follow it too.
        decisions: what was last decided of each field where both sides were compared, in words.
    """

    linear_id: str
    identifier: str
    url: str
    state_name: str
    paused_at: datetime | None
    organization_paused: bool
    gone: str | None
    others: Sequence[str] = ()
    decisions: Mapping[LinearField, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LinearStanding:
    """Where an issue stands towards Linear.

    Args:
        ref, number: of the issue.
        tie: what it follows; None: nothing.
        on_its_way: it is about to be opened in Linear, or linked there.
        is_on: its organization goes to Linear; without that it can part from it, and not be linked.
        stuck: what of the issue cannot be delivered, and why.
    """

    ref: IssueRef
    number: str
    tie: Tie | None
    on_its_way: bool
    is_on: bool = True
    stuck: Sequence[Stuck] = ()
