"""What each side says of the fields of an issue that are kept in agreement with Linear, now and before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.effects import LinearField
from bot.domain.issues import TITLE_LIMIT, IssueRef, Priority, Status
from bot.domain.linear_seen import LinearPerson
from bot.domain.text import clean_line, shorten

# Linear counts the other way round; 0 is "no priority" (schema: IssueCreateInput.priority).
PRIORITY_NUMBERS: Mapping[Priority, int] = {
    Priority.URGENT: 1,
    Priority.HIGH: 2,
    Priority.MEDIUM: 3,
    Priority.LOW: 4,
}
PRIORITY_OF: Mapping[int, Priority] = {number: priority for priority, number in PRIORITY_NUMBERS.items()}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What Linear says, or said, of the fields that are compared. None: it was never read.

    ``assigned`` tells whether the assignee was read; ``assignee`` is then None where there is nobody.
    """

    state_id: str
    state_type: str | None
    title: str | None
    priority: int | None
    assignee: LinearPerson | None
    assigned: bool = True


@dataclass(frozen=True, kw_only=True)
class Held:
    """What we hold, and what decides about it.

    Args:
        ref: which issue.
        changed_at: when each field was changed here last, not counting what came from Linear (UTC).
        vendors: the ids of the organization's active vendors by their e-mail, as far as Linear names them.
        takes_titles: whether a title that is changed in Linear is taken over.
        no_way: fields whose value cannot be written to Linear: it has nothing like it.
    """

    ref: IssueRef
    status: Status
    title: str
    priority: Priority
    assignee_user_id: int | None
    changed_at: Mapping[LinearField, datetime] = field(default_factory=dict)
    vendors: Mapping[str, int] = field(default_factory=dict)
    takes_titles: bool = False
    no_way: frozenset[LinearField] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known from before.

    Args:
        read: what Linear last said.
        wrote: what we wrote without seeing it in Linear yet, by field, the oldest first.
        left: our values that were left apart from Linear's, by field.
    """

    read: Said
    wrote: Mapping[LinearField, Sequence[str | int]] = field(default_factory=dict)
    left: Mapping[LinearField, str] = field(default_factory=dict)


NEVER_READ = Said(state_id="", state_type=None, title=None, priority=None, assignee=None, assigned=False)


@dataclass(frozen=True, kw_only=True)
class Change:
    """Something that Linear says now.

    Args:
        said: all of it.
        at: Linear's time of it (UTC).
        by_us: the fields that our own credential wrote, where nobody else uses that.
    """

    said: Said
    at: datetime
    by_us: frozenset[LinearField] = frozenset()


def our_title(title: str) -> str:
    """Return a title of Linear's as we would store it."""
    return shorten(clean_line(title), TITLE_LIMIT)


def held_word(held: Held, one: LinearField) -> str:
    """Return our value of a field as it is noted when it is left apart."""
    return {
        LinearField.STATE: str(held.status),
        LinearField.TITLE: held.title,
        LinearField.PRIORITY: str(held.priority),
        LinearField.ASSIGNEE: str(held.assignee_user_id),
    }[one]


def said_word(said: Said, one: LinearField) -> str | int | None:
    """Return Linear's value of a field as we would have written it."""
    return {
        LinearField.STATE: said.state_id,
        LinearField.TITLE: said.title,
        LinearField.PRIORITY: said.priority,
        LinearField.ASSIGNEE: id_of(said.assignee),
    }[one]


def still_unseen(known: Known, said: Said) -> dict[LinearField, list[str | int]]:
    """Return what we wrote that Linear may still be about to repeat: not what it says now, nor what was before."""
    unseen = {}
    for one, written in known.wrote.items():
        word, after = said_word(said, one), list(written)
        if word is not None and word in after:
            del after[: after.index(word) + 1]
        if after:
            unseen[one] = after
    return unseen


def id_of(person: LinearPerson | None) -> str | None:
    """Return Linear's id of somebody, or of nobody."""
    return None if person is None else person.id
