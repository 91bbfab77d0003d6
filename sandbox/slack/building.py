"""How a workspace comes about: teams, people, channels, installed apps."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.slack import manifest as manifests
from sandbox.slack.model import App, AppConfig, Channel, Command, Shortcut, Team, User
from sandbox.slack.world import World


class Building:
    """Adds to a world, and tells nobody.

    Args:
        world: what is added to.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    def add_team(self, name: str, domain: str) -> Team:
        """Found a workspace at ``<domain>.slack.com``."""
        team = Team(self.world.ids.make("T"), name, domain)
        self.world.teams[team.id] = team
        return team

    def add_user(
        self,
        team: Team,
        first_name: str,
        last_name: str = "",
        *,
        email: str | None = None,
        email_confirmed: bool = True,
        guest: bool = False,
        single_channel_guest: bool = False,
        admin: bool = False,
        owner: bool = False,
        bot: bool = False,
        deleted: bool = False,
        shows_email_outside: bool = True,
        tz: str = "Europe/Berlin",
    ) -> User:
        """Add a member of a team; the handle is made of the name.

        Args:
            team: whose member.
            first_name: as in the profile.
            last_name: as in the profile.
            email: None for someone without.
            email_confirmed: ``is_email_confirmed``.
            guest: ``is_restricted``.
            single_channel_guest: ``is_ultra_restricted``; such a one is ``is_restricted`` too.
            admin: ``is_admin``.
            owner: ``is_owner``; such a one is ``is_admin`` too.
            bot: ``is_bot``.
            deleted: deactivated.
            shows_email_outside: whether apps of other companies' teams get to see the e-mail (Slack Connect).
            tz: IANA name.
        """
        user = User(
            self.world.ids.make("U"),
            team,
            self._handle(team, first_name, last_name),
            first_name,
            last_name,
            email,
            is_email_confirmed=email_confirmed,
            is_restricted=guest or single_channel_guest,
            is_ultra_restricted=single_channel_guest,
            is_admin=admin or owner,
            is_owner=owner,
            is_bot=bot,
            deleted=deleted,
            shows_email_outside=shows_email_outside,
            tz=tz,
        )
        self.world.users[user.id] = user
        return user

    def _handle(self, team: Team, first_name: str, last_name: str) -> str:
        handle = ".".join(f"{first_name} {last_name}".lower().split())
        taken = {user.name for user in self.world.users.values() if user.team is team}
        number = 2
        wanted = handle
        while wanted in taken:
            wanted, number = f"{handle}{number}", number + 1
        return wanted

    def add_channel(
        self,
        team: Team,
        name: str,
        *,
        private: bool = False,
        shared_with: Iterable[Team] = (),
        members: Iterable[User] = (),
    ) -> Channel:
        """Add a channel.

        Args:
            team: whose channel.
            name: without ``#``.
            private: only members know of it.
            shared_with: other companies' teams (Slack Connect): it is then ``is_ext_shared``.
            members: of any of these teams.
        """
        channel = Channel(
            self.world.ids.make("C"),
            name,
            team,
            kind="group" if private else "channel",
            teams=[team, *shared_with],
            created=int(self.world.clock.now()),
        )
        self.world.channels[channel.id] = channel
        for user in members:
            self.must_fit(channel, user)
            channel.members.append(user)
        return channel

    @staticmethod
    def must_fit(channel: Channel, user: User) -> None:
        """Refuse with a ValueError whoever is of a team that does not share the channel."""
        if user.team not in channel.teams:
            raise ValueError(f"{user.name} of {user.team.name} cannot be in {channel.name}: it is not shared so")

    def install_app(
        self,
        team: Team,
        *,
        request_url: str | None = None,
        signing_secret: str | None = None,
        bot_token: str | None = None,
        app_token: str | None = None,
        manifest: Mapping[str, Any] | None = None,
        commands: Iterable[str | Command] | None = None,
        shortcuts: Iterable[Shortcut] | None = None,
        scopes: Iterable[str] | None = None,
        bot_events: Iterable[str] | None = None,
        name: str | None = None,
        same_as: App | None = None,
    ) -> App:
        """Install an app in a team.

        Args:
            team: where.
            request_url: where everything is delivered; may be set later: ``app.request_url = ...``.
            signing_secret: what deliveries are signed with; made up when left out.
            bot_token: ``xoxb-...``; made up when left out.
            app_token: the app-level token, ``xapp-...``; made up when left out. Deliveries go over the connections
                that it opens once ``app.socket_mode = True``.
            manifest: a parsed manifest, from which the following four are taken unless given.
            commands: its slash commands, with the slash.
            shortcuts: its shortcuts.
            scopes: what the bot was granted; everything when neither this nor a manifest is given.
            bot_events: what it subscribes to; everything when neither this nor a manifest is given.
            name: the bot's name; the manifest's, else ``issue-bot``.
            same_as: an installation of the same app in another team; the rest but ``bot_token`` is taken from it.
        """
        config = same_as.config if same_as else None
        if config is None:
            config = self._config(
                manifest=manifest,
                name=name,
                signing_secret=signing_secret,
                app_token=app_token,
                commands=commands,
                shortcuts=shortcuts,
                scopes=scopes,
                bot_events=bot_events,
            )
            config.request_url = request_url
        bot_user = User(self.world.ids.make("U"), team, config.name, config.name, is_bot=True)
        self.world.users[bot_user.id] = bot_user
        token = bot_token or f"xoxb-{self.world.ids.digits()}-{self.world.ids.digits()}-{self.world.ids.secret(24)}"
        app = App(config, team, bot_user, self.world.ids.make("B"), token)
        self.world.apps.append(app)
        return app

    def _config(
        self,
        *,
        manifest: Mapping[str, Any] | None,
        name: str | None,
        signing_secret: str | None,
        app_token: str | None,
        commands: Iterable[str | Command] | None,
        shortcuts: Iterable[Shortcut] | None,
        scopes: Iterable[str] | None,
        bot_events: Iterable[str] | None,
    ) -> AppConfig:
        ids = self.world.ids
        if manifest is not None:
            commands = manifests.commands_of(manifest) if commands is None else commands
            shortcuts = manifests.shortcuts_of(manifest) if shortcuts is None else shortcuts
            scopes = manifests.scopes_of(manifest) if scopes is None else scopes
            bot_events = manifests.events_of(manifest) if bot_events is None else bot_events
            name = name or manifests.name_of(manifest)
        app_id = ids.make("A")
        return AppConfig(
            app_id,
            name or "issue-bot",
            signing_secret or ids.secret(),
            ids.secret(24),
            app_token or f"xapp-1-{app_id}-{ids.digits()}-{ids.secret(64)}",
            commands=manifests.as_commands(commands or ()),
            shortcuts=tuple(shortcuts or ()),
            scopes=None if scopes is None else frozenset(scopes),
            bot_events=None if bot_events is None else frozenset(bot_events),
        )
