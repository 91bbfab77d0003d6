"""``GET /_/slack``: what one person sees in Slack, and nothing that they do not."""

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.page.slack_messages import shown_message
from sandbox.slack import App, Channel, Message, Person, Slack, User
from sandbox.slack.model import Json
from sandbox.slack.seen import follows, in_channel, read_until, unread, unread_in_thread
from sandbox.slack.wire import view_json

# As many messages of a channel are sent at first; the page asks for more when somebody scrolls up.
PAGE = 60
# What the list of threads shows of a thread's message.
LINE = 160


@dataclass(frozen=True)
class Looking:
    """What lies open in a person's window.

    Args:
        channel: the channel that is open.
        thread: the message whose thread is open.
        limit: how many of the channel's newest messages are wanted.
        mark: the ts of one that is wanted too, however old it is.
    """

    channel: Channel | None = None
    thread: Message | None = None
    limit: int = PAGE
    mark: str = ""


def seen_by(slack: Slack, person: Person, looking: Looking) -> Json:
    """Return everything that a person's window shows.

    Args:
        slack: where they are.
        person: their window.
        looking: what lies open in it.
    """
    me, world = person.user, slack.world
    apps = world.apps_of(me.team)
    visible = [channel for channel in world.channels.values() if person.can_read(channel)]
    return {
        "now": world.clock.now(),
        "me": me.id,
        "team": {"id": me.team.id, "name": me.team.name, "domain": me.team.domain},
        "people": [_user(user) for user in _near(me, slack.users, visible)],
        "apps": [_app(slack, app, me) for app in apps],
        "channels": [_channel(slack, me, channel) for channel in visible],
        "threads": [thread for channel in visible for thread in _threads(slack, me, channel)],
        "open": _open(slack, person, looking.channel, looking) if looking.channel else None,
        "thread": _thread(slack, person, looking.thread) if looking.thread else None,
        "modals": [view_json(view) for view in person.stack],
    }


def players(slack: Slack) -> list[Json]:
    """Return everyone whom one can be: the people, without bots and those who left."""
    return [{**_user(user), "team": user.team.name} for user in slack.users if not (user.is_bot or user.deleted)]


def _near(me: User, users: Iterable[User], visible: list[Channel]) -> list[User]:
    teams = {me.team, *(team for channel in visible for team in channel.teams)}
    return [user for user in users if user.team in teams]


def _user(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.real_name,
        "handle": user.name,
        "team_id": user.team.id,
        "is_bot": user.is_bot,
        "is_guest": user.is_restricted,
        "is_admin": user.is_admin,
        "deleted": user.deleted,
    }


def _app(slack: Slack, app: App, me: User) -> Json:
    home = slack.home(app, me)
    return {
        "id": app.id,
        "name": app.config.name,
        "bot_user": app.bot_user.id,
        "direct": slack.direct_channel(app, me).id,
        "commands": [
            {"name": one.name, "description": one.description, "hint": one.usage_hint}
            for one in app.config.commands.values()
        ],
        "shortcuts": [
            {"name": one.name, "type": one.type, "description": one.description} for one in app.config.shortcuts
        ],
        "home": view_json(home) if home else None,
    }


def _channel(slack: Slack, me: User, channel: Channel) -> Json:
    count = unread(slack.world, me, channel)
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "topic": channel.topic,
        "is_archived": channel.is_archived,
        "is_shared": channel.is_ext_shared,
        "is_member": me in channel.members,
        "members": [user.id for user in channel.members],
        "unread": count.messages,
        "for_me": count.for_them,
    }


def _threads(slack: Slack, me: User, channel: Channel) -> Iterable[Json]:
    """Yield the threads of a channel that this person follows."""
    for ts, replies in channel.threads.items():
        parent = channel.messages.get(ts)
        if parent is not None and replies and me in channel.members and follows(me, parent):
            count = unread_in_thread(slack.world, me, parent)
            yield {
                "channel": channel.id,
                "ts": ts,
                "author": parent.username or parent.user.real_name,
                "about": _first_line(slack, parent),
                "replies": len(replies),
                "unread": count.messages,
                "latest": replies[-1].ts,
            }


def _first_line(slack: Slack, message: Message) -> str:
    lines = slack.as_text(message).split("\n")
    return next((line for line in lines if line.strip()), "")[:LINE]


def _open(slack: Slack, person: Person, channel: Channel, looking: Looking) -> Json:
    whispers = [one for one in person.ephemerals if one.channel is channel and not one.is_reply]
    said = [one for one in channel.messages.values() if in_channel(one)]
    since_mark = sum(one.ts >= looking.mark for one in said) if looking.mark in channel.messages else 0
    limit = max(looking.limit, since_mark)
    return {
        "channel": channel.id,
        "read_until": read_until(slack.world, person.user, channel),
        "has_more": len(said) > limit,
        "messages": _in_order(person, said[-limit:], whispers),
    }


def _thread(slack: Slack, person: Person, parent: Message) -> Json:
    whispers = [one for one in person.ephemerals if one.channel is parent.channel and one.thread_ts == parent.ts]
    return {
        "channel": parent.channel.id,
        "ts": parent.ts,
        "read_until": read_until(slack.world, person.user, parent.channel, parent.ts),
        "parent": shown_message(person.user, parent),
        "replies": _in_order(person, parent.channel.replies(parent.ts), whispers),
    }


def _in_order(person: Person, said: list[Message], whispers: list[Message]) -> list[Json]:
    first = said[0].ts if said else ""
    both = [*said, *(one for one in whispers if one.ts >= first)]
    return [shown_message(person.user, one) for one in sorted(both, key=lambda one: one.ts)]
