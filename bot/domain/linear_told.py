"""What a webhook of Linear tells: which thing it is about, what is seen of it, and who did it. Times are UTC."""

import enum
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.effects import LinearField
from bot.domain.linear_seen import LinearActor, SeenComment, SeenIssue

# Linear's own SDK takes a delivery for 60 seconds; its last retry comes seven hours after the first try
# (reference: Linear, webhook contract).
FRESH = timedelta(seconds=60)
LATE = timedelta(hours=7, minutes=10)


class Age(enum.StrEnum):
    """What the signed time of a delivery lets us do with it."""

    FRESH = "fresh"
    # Nobody knows what happened since: what it tells of is asked for, and its words are not used.
    STALE = "stale"
    OLD = "old"


def age_of(sent: datetime, now: datetime) -> Age:
    """Return how old a delivery is; a clock may be ahead as well as behind."""
    apart = abs(now - sent)
    if apart <= FRESH:
        return Age.FRESH
    return Age.STALE if apart <= LATE else Age.OLD


class Heard(enum.StrEnum):
    """What followed from a delivery."""

    APPLIED = "applied"
    # It told what we had written, or knew.
    ECHO = "echo"
    # What it tells of is asked for.
    STALE = "stale"
    DOUBLED = "doubled"
    # It concerns nothing of ours, or nothing follows from it.
    IGNORED = "ignored"
    FORGED = "forged"
    # It cannot be read, is too large, or too old.
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class IssueTold:
    """Something happened to a Linear issue.

    Args:
        linear_id: Linear's UUID of it.
        team_id: the team in which it is; None: that is not told.
        seen: how it is now; None: that cannot be read out of it, so it is to be asked for.
        changed: the fields that this change was about; None: that is not told.
    """

    linear_id: str
    team_id: str | None
    seen: SeenIssue | None
    changed: frozenset[LinearField] | None = None


@dataclass(frozen=True, kw_only=True)
class CommentTold:
    """Something happened to a comment on a Linear issue; ``seen`` as above, ``gone``: it was deleted."""

    linear_id: str
    linear_issue_id: str
    seen: SeenComment | None
    gone: bool = False


@dataclass(frozen=True, kw_only=True)
class AttachmentGone:
    """An attachment, which leads to this address, was taken from a Linear issue."""

    linear_issue_id: str
    url: str


About = IssueTold | CommentTold | AttachmentGone


@dataclass(frozen=True, kw_only=True)
class LinearTold:
    """What one delivery tells.

    Args:
        about: what happened.
        by: who did it; None: that is not told.
        apply: False: its words are too old to be used; what it tells of is asked for.
    """

    about: About
    by: LinearActor | None = field(default=None)
    apply: bool = True


@dataclass(frozen=True)
class Served:
    """The organizations that a credential serves.

    Args:
        organization_id: the only one; None: all those without a connection of their own.
    """

    organization_id: int | None = None
