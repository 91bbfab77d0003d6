"""The offline Slack as a whole: build it, serve it, act in it, look at it."""

from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route, WebSocketRoute

from sandbox.clock import Clock, SystemClock
from sandbox.faults import Faults
from sandbox.serving import Server
from sandbox.slack import reading
from sandbox.slack.answers import ResponseUrls
from sandbox.slack.api import WebApi
from sandbox.slack.changes import Seen
from sandbox.slack.delivery import Deliveries, Delivery
from sandbox.slack.events import RETRY_AFTER, Events, Failed
from sandbox.slack.file_doors import Downloads, Uploads
from sandbox.slack.governing import Governing
from sandbox.slack.methods.connections import LINK_PATH
from sandbox.slack.model import App, Channel, File, Json, Message, User, View
from sandbox.slack.pace import Pace
from sandbox.slack.person import Person
from sandbox.slack.records import Call
from sandbox.slack.socket_mode import Sockets
from sandbox.slack.state_page import state
from sandbox.slack.world import World

ACK_SECONDS = 3.0
SLOW_HISTORY_PAGE = 15


class Slack(Governing):
    """An offline Slack with several workspaces.

    Args:
        clock: the sandbox's time; triggers, response_urls and ``ts`` come from it.
        faults: what the Web API's next calls meet, by method.
        seed: the same seed gives the same ids.
        ack_seconds: real seconds an app has to answer a delivery; Slack's 3, less for a test of lateness.
        signing_clock: stamps the signatures; the machine's when left out, since apps compare it with their own.
        retry_after: seconds after each failure at which an event is tried again; Slack's, less for the impatient.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        faults: Faults | None = None,
        seed: int = 1,
        ack_seconds: float = ACK_SECONDS,
        signing_clock: Clock | None = None,
        retry_after: Sequence[float] = RETRY_AFTER,
    ) -> None:
        self.faults = faults or Faults()
        super().__init__(World(clock, self.faults, seed))
        self.sockets = Sockets(self.world)
        self._deliveries = Deliveries(self.world, ack_seconds, signing_clock or SystemClock(), self.sockets)
        self._events = Events(self.world, self._deliveries, retry_after)
        self.world.publish = self._events.publish
        self._server: Server | None = None
        self.program = Starlette(
            routes=[
                Mount("/api", app=WebApi(self.world)),
                Mount("/files-pri", app=Downloads(self.world)),
                Mount("/upload/v1", app=Uploads(self.world)),
                Mount("/response", app=ResponseUrls(self.world)),
                WebSocketRoute(LINK_PATH, self.sockets.endpoint),
                Route("/_/state", self._state),
            ]
        )

    # Serving

    async def serve(self, port: int = 0) -> Server:
        """Serve on a loopback port (0: a free one) and let response_urls point there. ``aclose`` stops it."""
        self._server = Server(self.program, port)
        await self._server.start()
        self.base_url = self._server.url
        return self._server

    @property
    def base_url(self) -> str | None:
        """Where this Slack is served, without a slash at its end; set it when ``serve`` is not used."""
        return self.world.base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        self.world.base_url = url

    @property
    def api_url(self) -> str:
        """The Web API's address, as ``SLACK_API_URL`` and slack_sdk's ``base_url`` take it."""
        if self.base_url is None:
            raise RuntimeError("not served yet: use `await slack.serve()`, or set slack.base_url to Server.url")
        return f"{self.base_url}/api/"

    def limit_rates(self, *, slow_history: bool = False) -> None:
        """Keep Slack's rate limits from now on: 429 with ``Retry-After``, by the sandbox's clock.

        Args:
            slow_history: history once a minute and 15 messages at a time, as for apps outside the Marketplace.
        """
        self.world.pace = Pace(slow_history=slow_history)
        self.world.history_page = SLOW_HISTORY_PAGE if slow_history else self.world.history_page

    def hold_shares(self) -> None:
        """Let finished uploads wait before they are shared, as while Slack looks for malware in them."""
        self.world.held_shares = []

    def release_shares(self) -> None:
        """Show the uploads that wait in their channels, and later ones at once."""
        held, self.world.held_shares = self.world.held_shares or [], None
        for show in held:
            show()

    async def aclose(self) -> None:
        """Wait for deliveries under way, close the connections to the apps, stop serving."""
        await self.quiet()
        await self._deliveries.aclose()
        if self._server is not None:
            await self._server.stop()

    async def _state(self, _request: Request) -> JSONResponse:
        return JSONResponse(state(self.world))

    # Acting

    def as_user(self, user: User) -> Person:
        """Return one more screen of this person."""
        return Person(self.world, self._deliveries, user)

    async def deliver_again(self, delivery: Delivery, *, resign: bool = True) -> Delivery:
        """Send a recorded delivery's very bytes again.

        Args:
            delivery: one of ``deliveries``.
            resign: sign it freshly, as Slack does; else with the old signature, as an eavesdropper would.
        """
        return await self._deliveries.again(delivery, resign=resign)

    async def retry_events(self, *, due_only: bool = False) -> int:
        """Try events that failed once more, each with its old event_id; three times at most.

        Args:
            due_only: only those whose time has come by the clock (at once, after a minute, after five).

        Returns:
            How many were sent.
        """
        return await self._events.retry(due_only=due_only)

    @property
    def failed_events(self) -> Sequence[Failed]:
        """The events that an app has not taken yet, and that are tried again."""
        return tuple(self._events.failed)

    # Over a restart

    def kept(self) -> Json:
        """Return what outlives a restart of this Slack, the events that an app has not taken yet among it."""
        return {"world": self.world.kept(), "failed": self._events.failed}

    def recall(self, kept: Json) -> None:
        """Become what was kept, in place of what there is; ``base_url`` has to be set."""
        self.world.recall(kept["world"])
        self._events.failed = kept["failed"]

    # Looking

    @property
    def calls(self) -> list[Call]:
        """Every call of the Web API, in the order of arrival."""
        return self.world.calls

    def calls_of(self, method: str) -> list[Call]:
        """Return the calls of one method, in the order of arrival."""
        return [call for call in self.world.calls if call.method == method]

    @property
    def deliveries(self) -> list[Delivery]:
        """Everything that was sent to apps, in the order of sending."""
        return self._deliveries.sent

    def messages(self, channel: Channel) -> list[Message]:
        """Return what stands in a channel, oldest first, without replies."""
        return [message for message in channel.messages.values() if not message.is_reply]

    def replies(self, message: Message) -> list[Message]:
        """Return the thread below a message, oldest first."""
        return message.channel.replies(message.ts)

    def direct_channel(self, app: App, user: User) -> Channel:
        """Return the direct message of a person with an app's bot, the same one every time."""
        return self.world.direct_channel(app, user)

    def home(self, app: App, user: User) -> View | None:
        """Return the Home that an app has published for a user."""
        return self.world.homes.get((app.id, user.id))

    @property
    def files(self) -> list[File]:
        """Every file in Slack's keeping, the deleted ones too, in the order of their coming."""
        return list(self.world.files.values())

    def with_metadata(self, **payload: str) -> list[Message]:
        """Return the messages whose metadata's event_payload has these values, in whichever channel."""
        return [
            message
            for channel in self.world.channels.values()
            for message in channel.messages.values()
            if payload.items() <= ((message.metadata or {}).get("event_payload") or {}).items()
        ]

    def names(self) -> dict[str, str]:
        """Return the names of users and channels by their ids, for reading."""
        names = {user.id: user.real_name for user in self.world.users.values()}
        return names | {channel.id: channel.name for channel in self.world.channels.values()}

    def as_text(self, shown: Message | View) -> str:
        """Return a message or view as a person reads it."""
        if isinstance(shown, View):
            return reading.view_as_text(shown, self.names())
        return reading.as_text(shown, self.names())

    async def wait_until(self, predicate: Callable[[], Seen], seconds: float = 10) -> Seen:
        """Return what ``predicate`` returns as soon as that is true; it is looked at after each change.

        Raises:
            TimeoutError: it did not become true within so many real seconds.
        """
        return await self.world.changes.wait_until(predicate, seconds)

    async def quiet(self) -> None:
        """Wait until no event is being delivered."""
        await self._events.quiet()

    @property
    def users(self) -> Sequence[User]:
        """Everyone, bots included."""
        return list(self.world.users.values())
