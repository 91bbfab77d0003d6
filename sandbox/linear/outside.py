"""What Linear knows of other services: their bots, their people, and the threads it keeps in step with them."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class ActorBot:
    """The application behind something, and the person outside Linear it did it for."""

    id: str | None
    type: str
    name: str | None
    user_display_name: str | None = None
    avatar_url: str | None = None
    sub_type: str | None = None


@dataclass(kw_only=True)
class SyncedExternalThread:
    """A thread elsewhere that Linear itself keeps in step with a comment's thread."""

    id: str
    type: str
    url: str
    sub_type: str | None = None
    name: str | None = None
    is_connected: bool = True


@dataclass(frozen=True, kw_only=True)
class SlackEntity:
    """Linear's ExternalEntityInfo of a Slack message (``syncedWith``); its id is taken for the message's ``ts``."""

    id: str
    message_url: str
    is_from_slack: bool
    channel_id: str | None = None
    channel_name: str | None = None
    service: str = "slack"

    @property
    def metadata(self) -> "SlackEntity":
        """The part that Linear calls ExternalEntitySlackMetadata."""
        return self

    @classmethod
    def of(cls, url: str, *, from_slack: bool) -> "SlackEntity":
        """Return the entity of a message's permalink: ``.../archives/C1/p1700000000000100``."""
        *_, channel, message = ["", *urlsplit(url).path.split("/")]
        digits = message.removeprefix("p")
        return cls(
            id=f"{digits[:-6]}.{digits[-6:]}", message_url=url, is_from_slack=from_slack, channel_id=channel or None
        )


@dataclass(frozen=True, kw_only=True)
class ExternalUser:
    """A person without a seat, known through a service such as Slack."""

    id: str
    name: str
    display_name: str
    email: str | None = None


@dataclass(frozen=True, kw_only=True)
class Outside:
    """Where a comment came from, when nobody wrote it in Linear.

    Args:
        thread: the outside thread that Linear keeps in step from this comment on.
        user: the person without a seat who wrote it.
        bot: the bot that did.
        message: the Slack message it is.
    """

    thread: SyncedExternalThread | None = None
    user: ExternalUser | None = None
    bot: ActorBot | None = None
    message: SlackEntity | None = None
