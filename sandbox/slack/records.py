"""What Slack remembers of acts for a while: triggers, response_urls, uploads; and calls and events."""

from dataclasses import dataclass, field

from sandbox.slack.model import App, Channel, File, Json, Message, Screen, User


@dataclass(eq=False)
class Trigger:
    """What lets an app open one view, for 3 s from the person's act."""

    id: str
    app: App
    screen: Screen
    made_at: float
    exchanged: bool = False


@dataclass(eq=False)
class ResponseUrl:
    """An address that lets an app answer an act: 5 times within 30 minutes."""

    id: str
    app: App
    user: User
    channel: Channel
    made_at: float
    message: Message | None = None
    uses: int = 0


@dataclass(eq=False)
class Call:
    """One call of the Web API as it came in; ``ok`` is None while it is under way or when it was never done.

    ``status`` is the HTTP status answered, 0 while under way and where the connection was closed; ``seconds``
    the real time until then, None while under way.
    """

    method: str
    args: Json
    at: float
    app: App | None = None
    ok: bool | None = None
    error: str | None = None
    response: Json = field(default_factory=dict)
    status: int = 0
    seconds: float | None = None


@dataclass(frozen=True)
class Event:
    """Something that apps may hear of.

    Args:
        subscription: its name in a manifest's ``bot_events``, for example ``message.channels``.
        body: the inner event.
        actor: who did it.
        channel: where; apps whose bot is not a member of it hear nothing. None: only ``app`` hears it.
        app: the only app that hears it, when it is meant for one.
    """

    subscription: str
    body: Json
    actor: User
    channel: Channel | None = None
    app: App | None = None


@dataclass(eq=False)
class Upload:
    """An upload that an app has asked an address for (``files.getUploadURLExternal``).

    Args:
        ticket: the secret end of the address.
        file: what it becomes; not to be seen before the upload is completed.
        length: bytes that the app has promised.
        arrived: whether the bytes have come.
    """

    ticket: str
    file: File
    length: int
    arrived: bool = False
