"""What our records and the outside disagree about."""

import enum
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.effects import EffectKind, LinearField
from bot.domain.issues import IssueRef
from bot.domain.places import Audience


class Wrong(enum.StrEnum):
    """In which way something is not as it should be."""

    MISSING = "missing"
    DOUBLE = "double"
    DIFFERENT = "different"


class What(enum.StrEnum):
    """What is not as it should be."""

    MESSAGE = "message"
    LINE = "line"
    COMMENT = "comment"
    LINEAR_ISSUE = "linear_issue"
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
_WHAT = {
    EffectKind.SLACK_POST_ISSUE: What.MESSAGE,
    EffectKind.SLACK_POST_LINE: What.LINE,
    EffectKind.SLACK_SHOW_COMMENT: What.COMMENT,
}


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A message that stands in Slack by our records.

    Args:
        effect_id: of which it came.
        kind: of that effect.
        about: what that effect is about.
        audience: who reads it.
        thread_ts: the message under which it stands; None: it is the issue message.
        ts: Slack's name for it.
    """

    effect_id: uuid.UUID
    kind: EffectKind
    about: Mapping[str, int | str]
    audience: Audience
    thread_ts: str | None
    ts: str

    @property
    def what(self) -> What:
        """What it is."""
        return _WHAT[self.kind]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that is not as it should be.

    Args:
        wrong: in which way.
        what: what.
        audience: in whose thread; None: it is not in Slack.
        expected: what our records say; None: it is not in Slack.
    """

    wrong: Wrong
    what: What
    audience: Audience | None = None
    expected: Expected | None = None


@dataclass(frozen=True, kw_only=True)
class Compared:
    """An issue, and what is wrong about it; ``on_its_way``: something is owed, and may explain it."""

    ref: IssueRef
    number: str
    on_its_way: bool
    differences: Sequence[Difference]


def compare(expected: Sequence[Expected], seen: Mapping[uuid.UUID, Collection[str]]) -> Iterator[Difference]:
    """Return what is missing, and what is there more than once.

    Args:
        expected: the messages of one thread by our records, the issue message among them.
        seen: the messages of that thread in Slack: where each effect's id stands.
    """
    for one in expected:
        found = seen.get(one.effect_id, ())
        if one.ts not in found:
            yield Difference(wrong=Wrong.MISSING, what=one.what, audience=one.audience, expected=one)
        if any(ts != one.ts for ts in found):
            yield Difference(wrong=Wrong.DOUBLE, what=one.what, audience=one.audience, expected=one)
