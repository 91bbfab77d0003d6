"""One window of a person: who they are, what they can see, and what they may do."""

from dataclasses import dataclass

from sandbox.slack import messages, payloads
from sandbox.slack.delivery import Deliveries, Delivery
from sandbox.slack.errors import PersonError
from sandbox.slack.model import App, Channel, Json, Message, Screen, User, View
from sandbox.slack.world import World


@dataclass(frozen=True)
class Outcome:
    """What came of an act.

    Args:
        ok: the app took it.
        error: what the person reads otherwise, for example ``/foo is not a valid command``.
        status: HTTP status of the app's answer; 0 when nothing was sent or no answer came.
        seconds: real time until the answer.
        timed_out: no answer within 3 seconds (``operation_timeout``).
        delivery: what was sent; None when Slack refused the act itself.
    """

    ok: bool
    error: str = ""
    status: int = 0
    seconds: float = 0.0
    timed_out: bool = False
    delivery: Delivery | None = None


def outcome(delivery: Delivery, what: str) -> Outcome:
    """Return what came of a delivery; ``what`` is the command or button, for Slack's sentence."""
    word = "operation_timeout" if delivery.timed_out else "dispatch_failed"
    error = "" if delivery.ok else f'{what} failed with the error "{word}"'
    return Outcome(delivery.ok, error, delivery.status, delivery.seconds, delivery.timed_out, delivery)


class Window:
    """What the parts of a person's screen share.

    Args:
        world: where they act.
        deliveries: how apps are told.
        user: who they are.
    """

    def __init__(self, world: World, deliveries: Deliveries, user: User) -> None:
        self.user = user
        self._world = world
        self._deliveries = deliveries
        self._screen = Screen(user)
        self._suggested: dict[tuple[str, str], list[Json]] = {}

    @property
    def modal(self) -> View | None:
        """The view on top of the screen."""
        return self._screen.stack[-1] if self._screen.stack else None

    @property
    def stack(self) -> list[View]:
        """The views that lie open, the top one last."""
        return list(self._screen.stack)

    def _top(self) -> View:
        if self.modal is None:
            raise PersonError("there is no modal on the screen")
        return self.modal

    def _blocks(self, where: Message | View) -> list[Json]:
        if isinstance(where, View):
            if where.user is not self.user or not where.is_open:
                raise PersonError("this view is not open for this person")
            return where.blocks
        self._must_see(where)
        return where.blocks or []

    def _must_see(self, message: Message) -> None:
        channel = message.channel
        if message.deleted:
            raise PersonError("this message is gone")
        if message.shown_to is not None and message.shown_to is not self.user:
            raise PersonError("this message is shown to someone else only")
        self._must_read(channel)

    def _must_read(self, channel: Channel) -> None:
        if not self.can_read(channel):
            raise PersonError(f"{self.user.name} cannot see {channel.name}")

    def can_read(self, channel: Channel) -> bool:
        """Tell whether this person may read a channel: they are in it, or it is a public one of their team."""
        open_to_all = channel.kind == "channel" and self.user.team in channel.teams
        return self.user in channel.members or (open_to_all and not self.user.is_restricted)

    def _must_be_own(self, message: Message) -> None:
        if message.user is not self.user or message.deleted:
            raise PersonError("only the author can do this to a message")

    def _must_be_in(self, channel: Channel) -> None:
        if self.user not in channel.members:
            raise PersonError(f"{self.user.name} is not a member of {channel.name}")
        if channel.is_archived:
            raise PersonError(f"{channel.name} is archived")

    async def _dispatch(self, where: Message | View, action: Json, label: str) -> Outcome:
        if where.app is None:
            raise PersonError("a person's message has no buttons")
        if where.app.revoked:
            return Outcome(ok=False, error=f"{label} is not available: the app was removed")
        if isinstance(where, View):
            payload = payloads.block_actions_in_view(self._world, self._screen, where, action)
        else:
            payload = payloads.block_actions_in_message(self._world, self._screen, where, action)
        return outcome(await self._deliveries.interaction(where.app, payload), label)

    def _first_app(self) -> App:
        apps = self._world.apps_of(self.user.team)
        if not apps:
            raise PersonError(f"no app is installed in {self.user.team.name}")
        return apps[0]

    def _slackbot_says(self, channel: Channel, text: str, thread: Message | None = None) -> None:
        slackbot = User("USLACKBOT", self.user.team, "slackbot", "Slackbot", is_bot=True)
        message = Message(channel, self._world.next_ts(channel), slackbot, text)
        message.thread_ts = thread.ts if thread else None
        messages.show(self._world, message, self.user)
