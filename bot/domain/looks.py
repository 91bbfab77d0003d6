"""How somebody looks at organizations, and what they see then."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.issues import Issue
from bot.domain.organizations import Organization
from bot.domain.people import Mode, Person, ProfileKind


@dataclass(frozen=True, kw_only=True)
class Modes:
    """Under which profiles somebody may look, and under which they do."""

    offered: Sequence[Mode]
    now: Mode | None


@dataclass(frozen=True, kw_only=True)
class Switch:
    """What came of asking for a mode: ``found`` are those that were meant; one alone was chosen.

    ``kind`` is what was asked for, or None where that is no kind of profile.
    """

    modes: Modes
    kind: ProfileKind | None
    found: Sequence[Mode]


@dataclass(frozen=True, kw_only=True)
class MyIssues:
    """What somebody looks at, the newest first. ``mode``: None for whoever has no active profile.

    ``unassigned`` are a vendor's: those that nobody works on. ``more``: there are others that are not listed.
    """

    mode: Mode | None
    issues: Sequence[Issue]
    unassigned: Sequence[Issue] = ()
    more: bool = False


@dataclass(frozen=True, kw_only=True)
class People:
    """An organization's people, the first of them, and how many there are."""

    organization: Organization
    listed: Sequence[Person]
    count: int
