"""What admins do to a workspace that lives: they invite, remove, share, archive, uninstall. Apps hear of it."""

from collections.abc import Mapping
from typing import Any

from sandbox.slack import manifest as manifests
from sandbox.slack import messages
from sandbox.slack.building import Building
from sandbox.slack.model import App, Channel, Json, Team, User
from sandbox.slack.records import Event
from sandbox.slack.wire import user_json


class Governing(Building):
    """Changes a world, as its admins can."""

    def update_app(self, app: App, manifest: Mapping[str, Any]) -> None:
        """Let an app be what its manifest says by now: its commands, shortcuts, scopes and events."""
        app.config.commands = manifests.as_commands(manifests.commands_of(manifest))
        app.config.shortcuts = tuple(manifests.shortcuts_of(manifest))
        app.config.scopes = frozenset(manifests.scopes_of(manifest))
        app.config.bot_events = frozenset(manifests.events_of(manifest))

    def invite(self, channel: Channel, user: User) -> None:
        """Make someone (an app's ``bot_user`` too) a member; apps in the channel hear of it."""
        self.must_fit(channel, user)
        if user not in channel.members:
            messages.join(self.world, channel, user)

    def remove_member(self, channel: Channel, user: User, by: User | None = None) -> None:
        """Take someone (an app's ``bot_user`` too) out of a channel; apps in it hear of it, and that app.

        Args:
            channel: where.
            user: who.
            by: who did it; they themselves when nobody is named.
        """
        messages.leave(self.world, channel, user, by or user)

    def deactivate(self, user: User) -> None:
        """Let someone leave their company: they are ``deleted`` and in no channel; apps hear ``user_change``."""
        user.deleted = True
        for channel in self.world.channels.values():
            if user in channel.members and channel.kind != "im":
                channel.members.remove(user)
        for app in self.world.apps:
            if user in self.world.visible_users(app) and not app.revoked:
                shown = user_json(user, app, stranger=self.world.is_stranger(app, user))
                body = {"type": "user_change", "user": shown, "event_ts": self.world.ts()}
                self.world.publish(Event("user_change", body, user, app=app))
        self.world.changes.happened()

    def share(self, channel: Channel, team: Team) -> None:
        """Share a channel with another company's team (Slack Connect); apps hear ``channel_shared``."""
        if team in channel.teams:
            raise ValueError(f"{channel.name} is shared with {team.name} already")
        channel.teams.append(team)
        self._tell_all(channel, {"type": "channel_shared", "connected_team_id": team.id}, but=team)

    def unshare(self, channel: Channel, team: Team) -> None:
        """Take another company's team, with its people, out of a channel; apps hear ``channel_unshared``."""
        if team is channel.team or team not in channel.teams:
            raise ValueError(f"{channel.name} is not shared with {team.name}")
        channel.teams.remove(team)
        channel.members = [user for user in channel.members if user.team is not team]
        told = {"previously_connected_team_id": team.id, "is_ext_shared": channel.is_ext_shared}
        self._tell_all(channel, {"type": "channel_unshared", **told}, but=team)

    def _tell_all(self, channel: Channel, body: Json, but: Team) -> None:
        """Tell every app that may know the channel, also where it is no member ("all event subscriptions")."""
        body = {**body, "channel": channel.id, "event_ts": self.world.ts()}
        for app in self.world.apps:
            knows = not channel.is_private or app.bot_user in channel.members
            if app.team in channel.teams and app.team is not but and knows and not app.revoked:
                self.world.publish(Event(body["type"], body, app.bot_user, app=app))
        self.world.changes.happened()

    def archive(self, channel: Channel, by: User | None = None) -> None:
        """Archive a channel; apps in it hear ``channel_archive`` or ``group_archive``."""
        self._set_archived(channel, by, archived=True)

    def unarchive(self, channel: Channel, by: User | None = None) -> None:
        """Bring a channel back; apps in it hear ``channel_unarchive`` or ``group_unarchive``."""
        self._set_archived(channel, by, archived=False)

    def _set_archived(self, channel: Channel, by: User | None, *, archived: bool) -> None:
        channel.is_archived = archived
        actor = by or channel.members[0] if channel.members else by
        if actor is not None:
            kind = f"{channel.kind}_archive" if archived else f"{channel.kind}_unarchive"
            body = {"type": kind, "channel": channel.id, "user": actor.id, "event_ts": self.world.ts()}
            self.world.publish(Event(kind, body, actor, channel))
        self.world.changes.happened()

    def uninstall_app(self, app: App) -> None:
        """Remove an app from its team and revoke its token.

        It hears ``app_uninstalled`` and ``tokens_revoked``, in no promised order.
        """
        app.revoked = True
        bot = app.bot_user
        for channel in self.world.channels.values():
            if bot in channel.members and channel.kind != "im":
                channel.members.remove(bot)
        told: tuple[tuple[str, Json], ...] = (
            ("tokens_revoked", {"tokens": {"oauth": [], "bot": [bot.id]}}),
            ("app_uninstalled", {}),
        )
        for kind, more in told:
            body = {"type": kind, **more, "event_ts": self.world.ts()}
            self.world.publish(Event(kind, body, bot, app=app))
        self.world.changes.happened()
