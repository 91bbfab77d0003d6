"""What is owed to the outside: kinds of effects, and the lanes that keep their order."""

import enum
import uuid
from dataclasses import dataclass, field

from bot.domain.issues import IssueRef


class EffectKind(enum.StrEnum):
    """One thing that is owed to the outside."""

    LINEAR_CONFIGURE_TEAM = "linear.configure_team"
    LINEAR_CREATE_ISSUE = "linear.create_issue"
    LINEAR_ATTACH_THREAD = "linear.attach_thread"
    LINEAR_UPDATE_ISSUE = "linear.update_issue"
    LINEAR_SEND_COMMENT = "linear.send_comment"
    LINEAR_SEND_FILE = "linear.send_file"
    LINEAR_RECORD_NEED = "linear.record_need"
    LINEAR_REFETCH_ISSUE = "linear.refetch_issue"
    LINEAR_REFETCH_COMMENT = "linear.refetch_comment"
    LINEAR_LINK_ISSUE = "linear.link_issue"
    LINEAR_OFFER_LINK = "linear.offer_link"
    SLACK_POST_ISSUE = "slack.post_issue"
    SLACK_EDIT_ISSUE = "slack.edit_issue"
    SLACK_POST_LINE = "slack.post_line"
    SLACK_EDIT_LINE = "slack.edit_line"
    SLACK_SHOW_COMMENT = "slack.show_comment"
    SLACK_SHARE_FILE = "slack.share_file"
    SLACK_POST_BUTTON = "slack.post_button"
    SLACK_PIN_BUTTON = "slack.pin_button"
    SLACK_REMOVE_BUTTON = "slack.remove_button"
    SLACK_ASK_OWNER = "slack.ask_owner"
    SLACK_TELL_OWNER = "slack.tell_owner"
    SLACK_TELL_VENDORS = "slack.tell_vendors"
    SLACK_TIDY = "slack.tidy"


# Each shows what is so at the moment of sending: one that is sent stands for those that wait behind it.
SHOWING_THE_PRESENT = frozenset(
    {
        EffectKind.SLACK_EDIT_ISSUE,
        EffectKind.SLACK_SHOW_COMMENT,
        EffectKind.LINEAR_UPDATE_ISSUE,
        EffectKind.LINEAR_REFETCH_ISSUE,
        EffectKind.LINEAR_SEND_COMMENT,
        EffectKind.LINEAR_REFETCH_COMMENT,
    }
)

# Each posts a message of its own to Slack under its id; whatever else is sent twice is the same twice.
POSTING = frozenset(
    {
        EffectKind.SLACK_POST_ISSUE,
        EffectKind.SLACK_POST_LINE,
        EffectKind.SLACK_SHOW_COMMENT,
        EffectKind.SLACK_POST_BUTTON,
        EffectKind.SLACK_ASK_OWNER,
        EffectKind.SLACK_TELL_OWNER,
        EffectKind.SLACK_TELL_VENDORS,
    }
)


class LinearField(enum.StrEnum):
    """A part of an issue that Linear is told of."""

    STATE = "state"
    TITLE = "title"
    PRIORITY = "priority"
    ASSIGNEE = "assignee"


class Destination(enum.StrEnum):
    """Where a lane leads. Each has its own order, so that one being away never freezes another."""

    LINEAR = "linear"
    # Files, the customer of an issue, and the way back to Slack: nothing else waits for them, nor for Slack.
    LINEAR_EXTRAS = "linear_extras"
    CUSTOMER = "customer"
    TRIAGE = "triage"
    # Files take long, and may be refused for reasons of their own: nothing else waits for them.
    CUSTOMER_FILES = "customer_files"
    TRIAGE_FILES = "triage_files"
    PERSON = "person"
    # Looking for what was posted twice holds up nothing.
    TIDY = "tidy"


class Pool(enum.Enum):
    """Destinations that share a worker's places: one that hangs holds up no other pool's."""

    SLACK = frozenset({Destination.CUSTOMER, Destination.TRIAGE, Destination.PERSON})
    SLACK_EXTRAS = frozenset({Destination.CUSTOMER_FILES, Destination.TRIAGE_FILES, Destination.TIDY})
    LINEAR = frozenset({Destination.LINEAR})
    LINEAR_EXTRAS = frozenset({Destination.LINEAR_EXTRAS})


_POOLS = {destination: pool for pool in Pool for destination in pool.value}


def pool_of(destination: Destination) -> Pool:
    """Return the pool to which a destination belongs."""
    return _POOLS[destination]


class EffectState(enum.StrEnum):
    """How far an effect has come."""

    OWED = "owed"
    SENDING = "sending"
    DONE = "done"
    SKIPPED = "skipped"
    DEAD = "dead"


@dataclass(frozen=True)
class LaneKey:
    """An ordering key: what is in one lane is delivered one after another."""

    organization_id: int
    destination: Destination
    subject: str

    def __str__(self) -> str:
        return f"{self.subject}:{self.destination}"


def issue_lane(organization_id: int, issue_id: int, destination: Destination) -> LaneKey:
    """Return the lane for one issue and one destination."""
    return LaneKey(organization_id, destination, f"issue:{issue_id}")


def channel_lane(organization_id: int, channel_id: str) -> LaneKey:
    """Return the lane for what stands in a linked channel of its own, such as the Raise issue button."""
    return LaneKey(organization_id, Destination.CUSTOMER, f"channel:{organization_id}:{channel_id}")


def organization_lane(organization_id: int, destination: Destination) -> LaneKey:
    """Return the lane for what concerns an organization as a whole."""
    return LaneKey(organization_id, destination, f"organization:{organization_id}")


def tidy_lane(organization_id: int, effect_id: uuid.UUID) -> LaneKey:
    """Return the lane for looking whether an effect was posted twice."""
    return LaneKey(organization_id, Destination.TIDY, f"effect:{effect_id}")


def new_effect_id() -> uuid.UUID:
    """Return a new id: a UUIDv4, because Linear takes it as the client's id and refuses other versions."""
    return uuid.uuid4()


@dataclass(frozen=True)
class NewEffect:
    """An effect to be enqueued: it names what to show, and holds no copy of it.

    ``about`` holds ids only (``{"issue_id": 17}``): the state is read when it is sent.
    """

    kind: EffectKind
    about: dict[str, int | str]
    id: uuid.UUID = field(default_factory=new_effect_id)


@dataclass(frozen=True)
class Unsettled:
    """Earlier attempts of an effect that may have happened: nobody knows yet.

    Args:
        first: how many seconds ago the first of them began.
        last: how many seconds ago the last of them began.
        channel_id: where a message was to be posted; None: it did not come to that.
        thread_ts: the message under which it was to stand, if it is a reply.
    """

    first: float
    last: float
    channel_id: str | None = None
    thread_ts: str | None = None

    @property
    def repeated(self) -> bool:
        """Whether there was more than one of them."""
        return self.first > self.last


@dataclass(frozen=True, kw_only=True)
class Effect:
    """An effect that a worker holds.

    Args:
        id: its own.
        kind: what is to be done.
        about: whom and what it concerns, by ids.
        attempts: how often it was tried, this time included.
        seq: its place in its lane.
        lane_id: its lane.
        behind: the first place in the lane that was not given out when the effect was held; what stands before it
            was owed before anything is read for the sending.
        granted: the pace in which its turn was given out, if it waited for one.
        unsettled: whether an earlier attempt may have happened.
    """

    id: uuid.UUID
    kind: EffectKind
    about: dict[str, int | str]
    attempts: int
    lane_id: int = 0
    seq: int = 0
    behind: int = 0
    granted: str | None = None
    unsettled: Unsettled | None = None

    @property
    def organization_id(self) -> int:
        """The organization that it concerns; every effect has one."""
        return int(self.about["organization_id"])

    @property
    def issue_id(self) -> int:
        """The issue that it shows.

        Raises:
            KeyError: it concerns the organization as a whole.
        """
        return int(self.about["issue_id"])

    @property
    def ref(self) -> IssueRef:
        """Which issue it shows; raises as ``issue_id``."""
        return IssueRef(self.organization_id, self.issue_id)


@dataclass(frozen=True, kw_only=True)
class Lease:
    """A worker's hold on a lane and its first effect; ``fence`` proves it in every later write.

    ``nudges`` tells whether the lane was hurried since; ``blocked`` is why it was given up before, if it was.
    """

    lane_id: int
    destination: Destination
    fence: int
    nudges: int
    effect: Effect
    blocked: str | None = None


@dataclass(frozen=True)
class Posted:
    """A message that stands in Slack.

    Args:
        channel_id: where.
        ts: Slack's name for it.
        thread_ts: the message under which it stands, if it is a reply.
        effect_ids: the effects that it carries out, the one under whose id it was posted first.
        again: it was sent once more, after an attempt that may have happened: look for that one later.
    """

    channel_id: str
    ts: str
    thread_ts: str | None
    effect_ids: tuple[uuid.UUID, ...]
    again: bool = False
