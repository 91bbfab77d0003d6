"""The issue: its words, its limits and its number."""

import enum
import re
from dataclasses import dataclass
from datetime import datetime

from bot.domain.text import can_be_seen, clean, clean_line, shorten

TITLE_LIMIT = 255
# Slack's plain_text_input takes 3,000 characters at most (reference: Block Kit limits); the API has 10,000.
SLACK_DESCRIPTION_LIMIT = 3_000
# An organization's counter has at least so many digits in a number.
COUNTER_DIGITS = 4


class Status(enum.StrEnum):
    """Where an issue is in its life."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Priority(enum.StrEnum):
    """How soon an issue matters."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class Category(enum.StrEnum):
    """What an issue is about."""

    GENERAL = "general"
    BUG = "bug"
    FEATURE = "feature"
    BILLING = "billing"
    ACCOUNT = "account"


class Field(enum.StrEnum):
    """The parts of a draft that a person fills in."""

    TITLE = "title"
    DESCRIPTION = "description"
    PRIORITY = "priority"
    CATEGORY = "category"
    ORGANIZATION = "organization"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An issue that somebody wants to raise, as they typed it."""

    title: str
    description: str = ""
    priority: str = Priority.MEDIUM
    category: str = Category.GENERAL


@dataclass(frozen=True)
class Problem:
    """What is wrong with one part of a draft, in a sentence for the person."""

    field: Field
    sentence: str


@dataclass(frozen=True)
class IssueRef:
    """Which issue: its id, and its organization, which stands in the condition of every query about it."""

    organization_id: int
    issue_id: int


@dataclass(frozen=True, kw_only=True)
class Issue:
    """An issue as it is stored. Times are UTC."""

    id: int
    organization_id: int
    number: str
    title: str
    description: str
    status: Status
    priority: Priority
    category: str
    customer_record_id: int
    assignee_user_id: int | None
    created_at: datetime

    @property
    def ref(self) -> IssueRef:
        """Which issue it is."""
        return IssueRef(self.organization_id, self.id)


TITLE_REQUIRED = "Give the issue a title."
TITLE_CUT = "Your text was too long for a title: it is whole in the description."
BOTH_CUT = f"Your text was too long: the description holds its first {SLACK_DESCRIPTION_LIMIT:,} characters."


_PRIORITIES, _CATEGORIES = frozenset(Priority), frozenset(Category)


def tidy(draft: Draft) -> Draft:
    """Return the draft as it is stored: the title in one line, nothing invisible in either text."""
    return Draft(
        title=clean_line(draft.title),
        description=clean(draft.description),
        priority=draft.priority,
        category=draft.category,
    )


def check(draft: Draft, description_limit: int = SLACK_DESCRIPTION_LIMIT) -> list[Problem]:
    """Return what is wrong with a tidied draft; an empty list means it can be raised."""
    problems = []
    if not can_be_seen(draft.title):
        problems.append(Problem(Field.TITLE, TITLE_REQUIRED))
    if len(draft.title) > TITLE_LIMIT:
        problems.append(Problem(Field.TITLE, _too_long("title", len(draft.title), TITLE_LIMIT)))
    if len(draft.description) > description_limit:
        sentence = _too_long("description", len(draft.description), description_limit)
        problems.append(Problem(Field.DESCRIPTION, sentence))
    if draft.priority not in _PRIORITIES:
        problems.append(Problem(Field.PRIORITY, f"Choose one of: {', '.join(Priority)}."))
    if draft.category not in _CATEGORIES:
        problems.append(Problem(Field.CATEGORY, f"Choose one of: {', '.join(Category)}."))
    return problems


def _too_long(what: str, length: int, limit: int) -> str:
    return f"The {what} can have {limit:,} characters; this one has {length:,}."


def prefill(text: str) -> Draft:
    """Return the draft that a form begins with, from text that stood before there was a form.

    A text that is too long for a title is cut there and kept whole in the description (as far as it fits).
    """
    line = clean_line(text)
    if len(line) <= TITLE_LIMIT:
        return Draft(title=line)
    return Draft(title=shorten(line, TITLE_LIMIT), description=shorten(clean(text), SLACK_DESCRIPTION_LIMIT))


def prefill_note(text: str) -> str | None:
    """Return what to say where ``prefill`` had to cut this text, or None where it did not."""
    if len(clean_line(text)) <= TITLE_LIMIT:
        return None
    return TITLE_CUT if len(clean(text)) <= SLACK_DESCRIPTION_LIMIT else BOTH_CUT


def number_start(year: int) -> str:
    """Return with what the numbers of a year begin."""
    return f"ISS-{year}-"


def format_number(year: int, counter: int) -> str:
    """Return ``ISS-2026-0001``: the year, then the organization's counter with at least four digits."""
    return f"{number_start(year)}{counter:0{COUNTER_DIGITS}d}"


@dataclass(frozen=True)
class ById:
    """An issue by its id."""

    issue_id: int


@dataclass(frozen=True)
class ByNumber:
    """Issues by their number. Without its year a number can mean several."""

    year: int | None
    counter: int


# No more digits than a number of 64 bits always holds.
_REFERENCE = re.compile(r"(ISS-)?(?:([0-9]{4})-)?([0-9]{1,18})", re.IGNORECASE)


def read_reference(text: str) -> ById | ByNumber | None:
    """Return which issue is meant by what somebody wrote, or None where that is no name of an issue.

    ``17`` is an id. ``ISS-2026-0001`` and ``2026-0001`` are a number; ``ISS-0001`` and ``0001`` are one without its
    year: no id begins with a zero.
    """
    match = _REFERENCE.fullmatch(text.strip())
    if match is None:
        return None
    prefix, year, digits = match.groups()
    if prefix is None and year is None and not digits.startswith("0"):
        return ById(int(digits))
    return ByNumber(None if year is None else int(year), int(digits))
