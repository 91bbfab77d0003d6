"""Who wins where we and Linear differ: field by field, from what each says now and what was said before.

It is a merge with what Linear last said as the common ground. Whoever alone moved away from it is followed; where
both did, the later one by its own time, and Linear where that is one moment. What must not be taken over, or cannot
be written, is left as it is on both sides, until somebody changes it again.
"""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.effects import LinearField
from bot.domain.issues import IssueRef
from bot.domain.linear_seen import LinearPerson
from bot.domain.linear_state import AGREES, status_of
from bot.domain.people import normalize_email
from bot.domain.synced import (
    PRIORITY_NUMBERS,
    PRIORITY_OF,
    Change,
    Held,
    Known,
    Said,
    held_word,
    id_of,
    our_title,
)
from bot.domain.text import can_be_seen

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

SAME = "Both say the same."
STILL_APART = "Nothing changed since it was left as it is."
ONLY_WE = "Only we changed it."
OUR_OLD_WORDS = "Linear repeats what we wrote before; ours has changed since."
OUR_DOING = "Our own credential wrote this, so it does not count as Linear's word."
FIRST_READ = "It was read for the first time: Linear's stands."
ONLY_LINEAR = "Only Linear changed it."
LINEAR_LATER = "Both changed it; Linear's change is the later one."
AT_ONCE = "Both changed it at the same moment; then Linear has the last word."
OURS_LATER = "Both changed it; ours is the later one."
OURS_STANDS = "Both changed it; Linear's is not taken over, so ours stands."
NO_WAY_THERE = "Linear has nothing like it, so it stays as it is there."
NOT_WELCOME: Mapping[LinearField, str] = {
    LinearField.STATE: "Linear's state is of a kind that we do not know: ours stays.",
    LinearField.TITLE: "Linear's title is not taken over: each keeps its own.",
    LinearField.PRIORITY: "Linear has no priority for it: ours stays.",
}


class Verdict(enum.StrEnum):
    """What follows for one field."""

    NOTHING = "nothing"
    # Ours goes to Linear.
    WRITE = "write"
    # Linear's becomes ours.
    ACCEPT = "accept"
    # Each side keeps its own.
    LEAVE = "leave"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What follows for one field of one issue, and why in words.

    ``conflict``: both sides had changed it. ``value`` is Linear's in our words, as it is taken over or was not:
    a status, a title, a priority or a user's id; None: nobody, or nothing that we have a word for.
    """

    ref: IssueRef
    field: LinearField
    verdict: Verdict
    why: str
    conflict: bool = False
    value: str | int | None = None


@dataclass(frozen=True, kw_only=True)
class _Compared:
    """One field, as far as it decides."""

    field: LinearField
    same: bool
    known: bool
    moved: bool
    changed: bool
    echo: bool
    welcome: bool
    value: str | int | None


def decide(held: Held, known: Known, change: Change) -> list[Decision]:
    """Return what follows for each field, in the order in which it is told to people."""
    return [_decide(held, _COMPARE[one](held, known, change.said), change) for one in _COMPARE]


def _decide(held: Held, one: _Compared, change: Change) -> Decision:
    verdict, why, conflict = _verdict(held, one, change)
    if verdict is Verdict.WRITE and one.field in held.no_way:
        verdict, why = Verdict.LEAVE, NO_WAY_THERE
    return Decision(ref=held.ref, field=one.field, verdict=verdict, why=why, conflict=conflict, value=one.value)


def _verdict(held: Held, one: _Compared, change: Change) -> tuple[Verdict, str, bool]:
    if one.same:
        return Verdict.NOTHING, SAME, False
    if one.known and not one.moved:
        return (Verdict.WRITE, ONLY_WE, False) if one.changed else (Verdict.NOTHING, STILL_APART, False)
    if one.echo or one.field in change.by_us:
        return Verdict.WRITE, OUR_OLD_WORDS if one.echo else OUR_DOING, False
    if one.known and one.changed:
        return _settle_conflict(one, ours=held.changed_at.get(one.field, LONG_AGO), theirs=change.at)
    if not one.welcome:
        return Verdict.LEAVE, NOT_WELCOME[one.field], False
    return Verdict.ACCEPT, ONLY_LINEAR if one.known else FIRST_READ, False


def _settle_conflict(one: _Compared, *, ours: datetime, theirs: datetime) -> tuple[Verdict, str, bool]:
    if not one.welcome:
        return Verdict.WRITE, OURS_STANDS, True
    if ours > theirs:
        return Verdict.WRITE, OURS_LATER, True
    return Verdict.ACCEPT, LINEAR_LATER if ours < theirs else AT_ONCE, True


def _compare_state(held: Held, known: Known, said: Said) -> _Compared:
    read_type, said_type = known.read.state_type, said.state_type or ""
    inward = status_of(said_type)
    return _Compared(
        field=LinearField.STATE,
        same=said_type in AGREES[held.status],
        known=read_type is not None,
        # States that mean the same to us are one word: a team's own steps say nothing about our status.
        moved=said_type != read_type and (inward is None or inward != status_of(read_type or "")),
        changed=read_type not in AGREES[held.status] and _is_new(held, known, LinearField.STATE),
        echo=said.state_id in known.wrote.get(LinearField.STATE, ()),
        welcome=inward is not None,
        value=inward,
    )


def _compare_title(held: Held, known: Known, said: Said) -> _Compared:
    title, read = our_title(said.title or ""), known.read.title
    ground = None if read is None else our_title(read)
    return _Compared(
        field=LinearField.TITLE,
        same=title == held.title,
        known=read is not None,
        moved=title != ground,
        changed=held.title != ground and _is_new(held, known, LinearField.TITLE),
        echo=title in {our_title(str(one)) for one in known.wrote.get(LinearField.TITLE, ())},
        # What was never compared may be an engineer's own heading from before.
        welcome=held.takes_titles and read is not None and can_be_seen(title),
        value=title,
    )


def _compare_priority(held: Held, known: Known, said: Said) -> _Compared:
    number, read = said.priority or 0, known.read.priority
    ours = PRIORITY_NUMBERS[held.priority]
    return _Compared(
        field=LinearField.PRIORITY,
        same=number == ours,
        known=read is not None,
        moved=number != read,
        changed=ours != read and _is_new(held, known, LinearField.PRIORITY),
        echo=number in known.wrote.get(LinearField.PRIORITY, ()),
        welcome=number in PRIORITY_OF,
        value=PRIORITY_OF.get(number),
    )


def _compare_assignee(held: Held, known: Known, said: Said) -> _Compared:
    there, read, ours = _user_of(held, said.assignee), _user_of(held, known.read.assignee), held.assignee_user_id
    # Nobody is ever taken off an issue here: where we have nobody, it is for Linear to say who it is.
    changed = ours is not None and ours != read and _is_new(held, known, LinearField.ASSIGNEE)
    if LinearField.ASSIGNEE in held.no_way and known.read.assignee is None:
        changed = False
    return _Compared(
        field=LinearField.ASSIGNEE,
        # Who is unknown here is shown by name: another name is news, though neither is anybody of ours.
        same=there == ours and (ours is not None or id_of(said.assignee) == id_of(known.read.assignee)),
        # Nobody is there when it is read first: then whoever works on it here is told there.
        known=known.read.assigned or said.assignee is None,
        moved=ours is None or id_of(said.assignee) != id_of(known.read.assignee) or there != read,
        changed=changed,
        echo=id_of(said.assignee) in known.wrote.get(LinearField.ASSIGNEE, ()),
        welcome=True,
        value=there,
    )


_COMPARE: Mapping[LinearField, Callable[[Held, Known, Said], _Compared]] = {
    LinearField.TITLE: _compare_title,
    LinearField.PRIORITY: _compare_priority,
    LinearField.ASSIGNEE: _compare_assignee,
    LinearField.STATE: _compare_state,
}


def _is_new(held: Held, known: Known, one: LinearField) -> bool:
    return known.left.get(one) != held_word(held, one)


def _user_of(held: Held, person: LinearPerson | None) -> int | None:
    return None if person is None or not person.email else held.vendors.get(normalize_email(person.email))
