"""The things of a Slack workspace, in Slack's own words. Plain data: what happens to it is decided elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
ChannelKind = Literal["channel", "group", "im"]


@dataclass(eq=False)
class Team:
    """A workspace."""

    id: str
    name: str
    domain: str


@dataclass(eq=False, repr=False)
class User:
    """A member of a team; ``name`` is the handle without its ``@``."""

    id: str
    team: Team
    name: str
    first_name: str
    last_name: str = ""
    email: str | None = None
    is_email_confirmed: bool = True
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_admin: bool = False
    is_owner: bool = False
    is_bot: bool = False
    deleted: bool = False
    shows_email_outside: bool = True
    tz: str = "Europe/Berlin"

    def __repr__(self) -> str:
        return f"<User {self.id} {self.name} of {self.team.name}>"

    @property
    def real_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class Command:
    """A registered slash command; ``name`` with its slash, ``usage_hint`` as ``[title]``."""

    name: str
    should_escape: bool = False
    description: str = ""
    usage_hint: str = ""


@dataclass(frozen=True)
class Shortcut:
    """A registered shortcut; ``type`` is where it is offered."""

    name: str
    callback_id: str
    type: Literal["global", "message"] = "global"
    description: str = ""


@dataclass(eq=False, repr=False)
class AppConfig:
    """What an app is, in whichever team it is installed. ``None`` for scopes or events means all of them."""

    id: str
    name: str
    signing_secret: str
    verification_token: str
    app_token: str
    request_url: str | None = None
    socket_mode: bool = False
    commands: dict[str, Command] = field(default_factory=dict)
    shortcuts: Sequence[Shortcut] = ()
    scopes: frozenset[str] | None = None
    bot_events: frozenset[str] | None = None


@dataclass(eq=False, repr=False)
class App:
    """An app installed in one team."""

    config: AppConfig
    team: Team
    bot_user: User
    bot_id: str
    bot_token: str
    revoked: bool = False

    def __repr__(self) -> str:
        return f"<App {self.id} in {self.team.name}>"

    @property
    def id(self) -> str:
        """The app's id, the same in each team it is installed in."""
        return self.config.id

    @property
    def app_id(self) -> str:
        """The app's id, in Slack's word."""
        return self.config.id

    @property
    def signing_secret(self) -> str:
        """What deliveries to the app are signed with."""
        return self.config.signing_secret

    @property
    def request_url(self) -> str | None:
        """Where everything is delivered; None while the app's port is not known."""
        return self.config.request_url

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self.config.request_url = url

    @property
    def socket_mode(self) -> bool:
        """Whether everything is delivered over the app's own connections, and nothing to ``request_url``."""
        return self.config.socket_mode

    @socket_mode.setter
    def socket_mode(self, on: bool) -> None:
        self.config.socket_mode = on

    def may(self, scope: str) -> bool:
        """Tell whether the app was granted the scope."""
        return self.config.scopes is None or scope in self.config.scopes


@dataclass(eq=False, repr=False)
class File:
    """A file in Slack's keeping; ``content`` stays in memory.

    Args:
        id: ``F...``.
        user: whose it is; a bot's when an app has uploaded it.
        name: with its ending, as it was on the person's disk.
        content: the bytes.
        created: seconds since the epoch.
        host: where it can be fetched, without a slash at the end.
        title: what stands above it; the name when nobody gave one.
        app: that uploaded it, or in whose modal a person attached it: it may read the file without a share.
        shares: the messages that show it.
        deleted: only a tombstone is left of it.
    """

    id: str
    user: User
    name: str
    content: bytes
    created: int
    host: str
    title: str = ""
    app: App | None = None
    shares: "list[Message]" = field(default_factory=list)
    deleted: bool = False

    def __repr__(self) -> str:
        return f"<File {self.id} {self.name} of {self.user.name}, {len(self.content)} bytes>"

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.content)

    def shared_in(self) -> "list[Channel]":
        """Return the channels in which it can be seen, each once."""
        return list(dict.fromkeys(message.channel for message in self.shares if not message.deleted))


@dataclass(eq=False, repr=False)
class Message:
    """A message of a channel, or one that only ``shown_to`` sees (an ephemeral)."""

    channel: "Channel"
    ts: str
    user: User
    text: str = ""
    app: App | None = None
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    thread_ts: str | None = None
    edited: Json | None = None
    metadata: Json | None = None
    subtype: str | None = None
    client_msg_id: str | None = None
    unfurl_links: bool | None = None
    unfurl_media: bool | None = None
    parse: str | None = None
    link_names: bool = False
    username: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)
    shown_to: User | None = None
    deleted: bool = False
    values: dict[tuple[str, str], Json] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Message {self.ts} in {self.channel.name} by {self.user.name}: {self.text[:80]!r}>"

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread below another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(eq=False, repr=False)
class Channel:
    """A channel, a private channel (``group``) or a direct message (``im``) of a person with a bot."""

    id: str
    name: str
    team: Team
    kind: ChannelKind = "channel"
    teams: list[Team] = field(default_factory=list)
    members: list[User] = field(default_factory=list)
    is_archived: bool = False
    created: int = 0
    topic: str = ""
    purpose: str = ""
    messages: dict[str, Message] = field(default_factory=dict)
    pins: list[str] = field(default_factory=list)
    last_ts: int = 0
    threads: dict[str, list[Message]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Channel {self.id} {self.name}>"

    @property
    def is_private(self) -> bool:
        """Whether only members know of it."""
        return self.kind != "channel"

    @property
    def is_ext_shared(self) -> bool:
        """Whether it is shared with another company (Slack Connect)."""
        return len(self.teams) > 1

    def can_hold_thread(self, ts: str) -> bool:
        """Tell whether a thread can hang on this message: not on a reply; a tombstone still holds its own."""
        parent = self.messages.get(ts)
        return parent is not None and not parent.is_reply

    def replies(self, ts: str) -> list[Message]:
        """Return the replies below a message, oldest first."""
        return list(self.threads.get(ts, ()))


@dataclass(eq=False)
class Screen:
    """One window of a person: the views that lie open on it, the top one last."""

    user: User
    stack: "list[View]" = field(default_factory=list)


@dataclass(eq=False, repr=False)
class View:
    """A modal, or the Home of one person. ``values`` are the states of its inputs by (block_id, action_id)."""

    id: str
    app: App
    user: User
    payload: Json
    hash: str
    screen: Screen | None = None
    root_view_id: str = ""
    previous_view_id: str | None = None
    values: dict[tuple[str, str], Json] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<View {self.id} {self.payload.get('callback_id')} of {self.user.name}>"

    @property
    def blocks(self) -> list[Json]:
        """Its blocks, each with a block_id."""
        blocks: list[Json] = self.payload["blocks"]
        return blocks

    @property
    def is_open(self) -> bool:
        """Whether it lies on a screen, or is a Home."""
        return self.screen is None or self in self.screen.stack
