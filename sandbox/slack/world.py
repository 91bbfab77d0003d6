"""The state of the offline Slack: who and what there is, found by id. It changes nothing by itself."""

import copy
from collections.abc import Callable

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.slack.blocks import interactive
from sandbox.slack.changes import Changes
from sandbox.slack.errors import SlackError
from sandbox.slack.ids import Ids
from sandbox.slack.model import App, AppConfig, Channel, File, Json, Message, Screen, Team, User, View
from sandbox.slack.pace import Pace
from sandbox.slack.records import Call, Event, ResponseUrl, Trigger, Upload

MICROSECONDS = 1_000_000


class World:
    """Everything there is in the offline Slack.

    Args:
        clock: gives ``ts`` and the ages of triggers and response_urls.
        faults: what the Web API's next calls meet.
        seed: the same seed gives the same ids.
    """

    def __init__(self, clock: Clock, faults: Faults, seed: int) -> None:
        self.clock = clock
        self.faults = faults
        self.ids = Ids(seed)
        self.changes = Changes()
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.apps: list[App] = []
        self.views: dict[str, View] = {}
        self.homes: dict[tuple[str, str], View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.ephemerals: dict[str, list[Message]] = {}
        # (user, channel, thread or nothing) -> ts of the last message that they have read.
        self.read_marks: dict[tuple[str, str, str], str] = {}
        self.tickets: dict[str, AppConfig] = {}
        self.files: dict[str, File] = {}
        self.uploads: dict[str, Upload] = {}
        self.held_shares: list[Callable[[], None]] | None = None
        self.calls: list[Call] = []
        self.publish: Callable[[Event], None] = lambda _event: None
        self.base_url: str | None = None
        self.history_page = 999
        self.pace: Pace | None = None
        self._direct: dict[tuple[str, str], Channel] = {}

    def kept(self) -> Json:
        """Return what outlives a restart of this Slack: all but open modals, triggers, ephemerals and records."""
        return {
            "teams": self.teams,
            "users": self.users,
            "channels": self.channels,
            "apps": self.apps,
            "homes": self.homes,
            "files": self.files,
            "direct": self._direct,
        }

    def recall(self, kept: Json) -> None:
        """Become what was kept, in place of what there is. The address has to be known: files are found there."""
        self.teams, self.users, self.channels = kept["teams"], kept["users"], kept["channels"]
        self.apps, self.homes, self.files = kept["apps"], kept["homes"], kept["files"]
        self._direct = kept["direct"]
        self.views = {home.id: home for home in self.homes.values()}
        for file in self.files.values():
            file.host = self.address()

    def next_ts(self, channel: Channel) -> str:
        """Return a ``ts`` of this channel: unique there and always increasing, from the clock."""
        channel.last_ts = max(int(self.clock.now() * MICROSECONDS), channel.last_ts + 1)
        return f"{channel.last_ts // MICROSECONDS}.{channel.last_ts % MICROSECONDS:06d}"

    def ts(self) -> str:
        """Return the time as Slack writes it in ``event_ts`` and ``action_ts``."""
        return f"{self.clock.now():.6f}"

    def app_by_token(self, token: str) -> App:
        """Return the installed app that a bot token belongs to.

        Raises:
            SlackError: ``invalid_auth``, or ``token_revoked`` after the app was uninstalled.
        """
        for app in self.apps:
            if app.bot_token == token:
                if app.revoked:
                    raise SlackError("token_revoked")
                return app
        raise SlackError("invalid_auth")

    def app_by_app_token(self, token: str) -> App:
        """Return an installation of the app that an app-level token (``xapp-...``) belongs to.

        Raises:
            SlackError: ``invalid_auth``.
        """
        for app in self.apps:
            if app.config.app_token == token:
                return app
        raise SlackError("invalid_auth")

    def apps_of(self, team: Team) -> list[App]:
        """Return the apps installed in a team."""
        return [app for app in self.apps if app.team is team and not app.revoked]

    def visible_users(self, app: App) -> list[User]:
        """Return whom an app may look at: its own team, and members of teams that share a channel with it."""
        near = self.teams_near(app)
        return [user for user in self.users.values() if user.team.id in near]

    def teams_near(self, app: App) -> set[str]:
        """Return the ids of the app's own team and of those that share a channel with it."""
        shared = [channel for channel in self.channels.values() if app.team in channel.teams]
        return {app.team.id, *(team.id for channel in shared for team in channel.teams)}

    def is_stranger(self, app: App, user: User) -> bool:
        """Tell whether a user is of another team, and in no channel that the app can see (Slack's user object)."""
        return user.team is not app.team and not any(
            app.team in channel.teams and (not channel.is_private or app.bot_user in channel.members)
            for channel in self.channels.values()
            if user in channel.members and channel.kind != "im"
        )

    def user_for(self, app: App, user_id: str | None) -> User:
        """Return a user that the app may look at; ``user_not_found`` otherwise."""
        user = self.users.get(user_id or "")
        if user is None or (user.team is not app.team and user.team.id not in self.teams_near(app)):
            raise SlackError("user_not_found")
        return user

    def channel_for(self, app: App, channel_id: str | None) -> Channel:
        """Return a channel that the app may know of; ``channel_not_found`` otherwise."""
        channel = self.channels.get(channel_id or "")
        if channel is None or app.team not in channel.teams:
            raise SlackError("channel_not_found")
        if channel.is_private and app.bot_user not in channel.members:
            raise SlackError("channel_not_found")
        return channel

    def direct_channel(self, app: App, user: User) -> Channel:
        """Return the direct message of a person with an app's bot, the same one every time."""
        known = self._direct.get((app.bot_id, user.id))
        if known is not None:
            return known
        channel = Channel(
            self.ids.make("D"),
            user.name,
            app.team,
            kind="im",
            teams=[app.team],
            members=[user, app.bot_user],
            created=int(self.clock.now()),
        )
        self.channels[channel.id] = self._direct[app.bot_id, user.id] = channel
        return channel

    def new_trigger(self, app: App, screen: Screen) -> str:
        """Return the id of a trigger that this person's act has just made."""
        trigger_id = f"{self.ids.digits()}.{self.ids.digits()}.{self.ids.secret()}"
        self.triggers[trigger_id] = Trigger(trigger_id, app, screen, self.clock.now())
        return trigger_id

    def new_response_url(self, app: App, user: User, channel: Channel, message: Message | None = None) -> str:
        """Return the address by which the app may answer an act in a channel."""
        address, key = self.address(), self.ids.secret()
        self.response_urls[key] = ResponseUrl(key, app, user, channel, self.clock.now(), message)
        return f"{address}/response/{app.team.id}/{key}"

    def address(self) -> str:
        """Return where this Slack is served, without a slash at its end; RuntimeError while that is not known."""
        if self.base_url is None:
            raise RuntimeError("slack.base_url is not set: use `await slack.serve()`, or set it to Server.url")
        return self.base_url

    def share(self, show: Callable[[], None]) -> None:
        """Show an upload that is finished: at once, or when held shares are released."""
        if self.held_shares is None:
            show()
        else:
            self.held_shares.append(show)

    def with_ids(self, blocks: list[Json]) -> list[Json]:
        """Return a copy of the blocks in which each has a block_id and each element an action_id.

        Slack makes them up where there are none.
        """
        copied = copy.deepcopy(blocks)
        for block in copied:
            if not block.get("block_id"):
                block["block_id"] = self.ids.short()
            for element, _ in interactive(block):
                if not element.get("action_id") and element.get("type") != "image":
                    element["action_id"] = self.ids.short()
        return copied
