"""What our records and the outside disagree about."""

import enum
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.effects import EffectKind, LinearField
from bot.domain.issues import IssueRef
from bot.domain.places import Audience
from bot.domain.retry import Platform


class Wrong(enum.StrEnum):
    """In which way something is not as it should be."""

    MISSING = "missing"
    DOUBLE = "double"
    DIFFERENT = "different"
    # What our records name is gone, but another message of the same effect is there.
    ELSEWHERE = "elsewhere"
    UNWANTED = "unwanted"


class What(enum.StrEnum):
    """What is not as it should be."""

    MESSAGE = "message"
    LINE = "line"
    COMMENT = "comment"
    NOTE = "note"
    FILE = "file"
    BUTTON = "button"
    OWNER_NEWS = "owner_news"
    LINEAR_ISSUE = "linear_issue"
    LINEAR_COMMENT = "linear_comment"
    LINEAR_FILE = "linear_file"
    LINEAR_LINK = "linear_link"
    LINEAR_REQUEST = "linear_request"
    LINEAR_STATE = "linear_state"
    LINEAR_TITLE = "linear_title"
    LINEAR_PRIORITY = "linear_priority"
    LINEAR_ASSIGNEE = "linear_assignee"


IN_LINEAR: Mapping[LinearField, What] = {
    LinearField.STATE: What.LINEAR_STATE,
    LinearField.TITLE: What.LINEAR_TITLE,
    LinearField.PRIORITY: What.LINEAR_PRIORITY,
    LinearField.ASSIGNEE: What.LINEAR_ASSIGNEE,
}
# What stands in Slack of each kind that posts.
WHAT_IS_POSTED: Mapping[EffectKind, What] = {
    EffectKind.SLACK_POST_ISSUE: What.MESSAGE,
    EffectKind.SLACK_POST_LINE: What.LINE,
    EffectKind.SLACK_SHOW_COMMENT: What.COMMENT,
    EffectKind.SLACK_TELL_VENDORS: What.NOTE,
    EffectKind.SLACK_POST_BUTTON: What.BUTTON,
    EffectKind.SLACK_ASK_OWNER: What.OWNER_NEWS,
    EffectKind.SLACK_TELL_OWNER: What.OWNER_NEWS,
}


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A message that stands in Slack by our records, or should not.

    Args:
        effect_id: of which it came.
        kind: of that effect.
        about: what that effect is about.
        channel_id: where it stands; None: it was never posted.
        thread_ts: the message under which it stands; None: under none.
        ts: Slack's name for it; None: it was never posted.
        wanted: whether it is to stand there (any more).
    """

    effect_id: uuid.UUID
    kind: EffectKind
    about: Mapping[str, int | str]
    channel_id: str | None
    thread_ts: str | None
    ts: str | None
    wanted: bool = True

    @property
    def what(self) -> What:
        """What it is."""
        return WHAT_IS_POSTED[self.kind]

    @property
    def audience(self) -> Audience | None:
        """Who reads it in an issue's thread; None: it is about no issue."""
        audience = self.about.get("audience")
        return None if audience is None else Audience(str(audience))


@dataclass(frozen=True, kw_only=True)
class ExpectedFile:
    """A file of ours that stands in an audience's thread by our records, or should not.

    Args:
        file_id: the file that it repeats.
        audience: whose thread it is.
        name: what it is called.
        size: in bytes.
        slack_file_id: Slack's name for it; None: it was never shared.
        wanted: whether the audience may see it (any more).
    """

    file_id: int
    audience: Audience
    name: str
    size: int
    slack_file_id: str | None
    wanted: bool


@dataclass(frozen=True)
class FileInLinear:
    """A file that hangs on its issue in Linear by our records. ``url``: where; None: Linear never got it."""

    file_id: int
    url: str | None


@dataclass(frozen=True)
class SeenFile:
    """A file of ours in a thread of Slack's. ``size`` is in bytes."""

    slack_file_id: str
    name: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that is not as it should be.

    Args:
        wrong: in which way.
        what: what.
        audience: in whose thread; None: it is not in an issue's thread.
        expected: what our records say; None: it is not in Slack, or they say nothing.
        found: the message in Slack that is to be ours, where another one stands; None: none is.
        about: what else it is about, by ids.
    """

    wrong: Wrong
    what: What
    audience: Audience | None = None
    expected: Expected | None = None
    found: str | None = None
    about: Mapping[str, int | str] | None = None


@dataclass(frozen=True, kw_only=True)
class Unread:
    """A part that could not be read, and so was not compared.

    Args:
        platform: where it is.
        reason: why, as it is kept for the operator.
        audience: in whose thread; None: it is not an issue's thread.
        channel_id: in which channel; None: it is no channel.
        over: the platform cannot be read at all, or by this organization, and is asked no more.
    """

    platform: Platform
    reason: str
    audience: Audience | None = None
    channel_id: str | None = None
    over: bool = False


@dataclass(frozen=True, kw_only=True)
class Compared:
    """An issue, or an organization's channels, and what is wrong about it.

    Args:
        ref: the issue; None: it is about channels.
        organization_id: whose it is.
        organization_name: whose it is, for people.
        number: the issue's; None: it is about channels.
        on_its_way: something is owed, and may explain it.
        differences: what is wrong.
        unread: what could not be compared.
    """

    ref: IssueRef | None
    organization_id: int
    organization_name: str
    number: str | None
    on_its_way: bool
    differences: Sequence[Difference]
    unread: Sequence[Unread]


def compare(expected: Sequence[Expected], seen: Mapping[uuid.UUID, Collection[str]]) -> Iterator[Difference]:
    """Return what is missing, elsewhere, there more than once, or there though it should not be.

    Args:
        expected: what our records tell of one thread or channel, in their order.
        seen: the messages in Slack: where each effect's id stands.
    """
    for one in expected:
        found = sorted(seen.get(one.effect_id, ()), key=float)
        wrong = _wrong(one, found)
        if wrong is not None:
            other = next((ts for ts in found if ts != one.ts), None)
            yield Difference(
                wrong=wrong,
                what=one.what,
                audience=one.audience,
                expected=one,
                found=other if wrong is Wrong.ELSEWHERE else None,
            )


def _wrong(one: Expected, found: Sequence[str]) -> Wrong | None:
    if not one.wanted:
        return Wrong.UNWANTED if found else None
    if not found:
        return Wrong.MISSING
    if one.ts not in found:
        return Wrong.ELSEWHERE
    return Wrong.DOUBLE if len(found) > 1 else None


def compare_files(expected: Sequence[ExpectedFile], seen: Sequence[SeenFile]) -> Iterator[Difference]:
    """Return which files are missing in an audience's thread, there twice, or there though they should not be.

    Args:
        expected: what our records tell.
        seen: our files in the thread, in the order in which they came. One that our records do not know is there
            twice if it is another's likeness; else it may be of a time that they have forgotten.
    """
    there = {one.slack_file_id for one in seen}
    for one in expected:
        wrong = None
        if one.wanted and one.slack_file_id not in there:
            wrong = Wrong.MISSING
        if not one.wanted and one.slack_file_id in there:
            wrong = Wrong.UNWANTED
        if wrong is not None:
            yield Difference(wrong=wrong, what=What.FILE, audience=one.audience, about={"file_id": one.file_id})
    known = {one.slack_file_id: one for one in expected}
    likes = {(one.name, one.size): one for one in expected if one.slack_file_id in there}
    for found in seen:
        if found.slack_file_id not in known and (like := likes.get((found.name, found.size))) is not None:
            about = {"slack_file_id": found.slack_file_id}
            yield Difference(wrong=Wrong.DOUBLE, what=What.FILE, audience=like.audience, about=about)
