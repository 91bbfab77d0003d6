"""What a person can do on the page, each by its name in ``POST /_/slack/act``."""

from sandbox.page.desk import Act, Desk, as_answer
from sandbox.page.form_acts import FORM_ACTS
from sandbox.slack import PersonError
from sandbox.slack.model import Json

# Slack's client refuses longer ones.
MAX_MESSAGE = 12_000


async def read(desk: Desk) -> Json:
    """Have a channel, or a thread, read up to its end."""
    desk.person.read(desk.channel(), desk.thread())
    return {}


async def post(desk: Desk) -> Json:
    """Write in a channel or thread."""
    text, files = desk.text("text"), desk.files()
    if not text.strip() and not files:
        raise PersonError("There is nothing to send.")
    if len(text) > MAX_MESSAGE:
        raise PersonError(f"This is too long: Slack takes {MAX_MESSAGE:,} characters.")
    message = await desk.person.post(desk.channel(), text, desk.thread(), files)
    desk.person.read(message.channel, desk.thread())
    return {"ts": message.ts}


async def command(desk: Desk) -> Json:
    """Type a slash command; when it is refused, Slack itself says so below the messages (``told``)."""
    name, _, rest = desk.text("text").strip().partition(" ")
    outcome = await desk.person.slash(desk.channel(), name, rest.strip(), desk.thread())
    return {**as_answer(outcome), "told": True}


async def edit(desk: Desk) -> Json:
    """Change an own message."""
    if not desk.text("text").strip():
        raise PersonError("There is nothing to send.")
    await desk.person.edit(desk.message(), desk.text("text"))
    return {}


async def delete(desk: Desk) -> Json:
    """Delete a message."""
    await desk.person.delete(desk.message())
    return {}


async def react(desk: Desk) -> Json:
    """Put an own reaction on a message, or take it off."""
    message, name = desk.message(), desk.text("name")
    if desk.person.user.id in message.reactions.get(name, []):
        await desk.person.unreact(message, name)
    else:
        await desk.person.react(message, name)
    return {}


async def dismiss(desk: Desk) -> Json:
    """Take a message that only this person sees off the screen."""
    desk.person.dismiss(desk.message())
    return {}


async def join(desk: Desk) -> Json:
    """Join a public channel."""
    await desk.person.join(desk.channel())
    return {}


async def leave(desk: Desk) -> Json:
    """Leave a channel."""
    await desk.person.leave(desk.channel())
    return {}


async def shortcut(desk: Desk) -> Json:
    """Choose a global shortcut."""
    return as_answer(await desk.person.shortcut(desk.text("name")))


async def message_shortcut(desk: Desk) -> Json:
    """Choose a shortcut in a message's menu."""
    return as_answer(await desk.person.message_shortcut(desk.message(), desk.text("name")))


async def home(desk: Desk) -> Json:
    """Open a tab of an app: its Home, or the messages with it."""
    for app in desk.slack.world.apps_of(desk.person.user.team):
        if app.id == desk.text("app"):
            await desk.person.open_home(app, desk.text("tab"))
            return {}
    raise PersonError("This app is not installed any more.")


ACTS: dict[str, Act] = {
    **FORM_ACTS,
    "read": read,
    "post": post,
    "command": command,
    "edit": edit,
    "delete": delete,
    "react": react,
    "dismiss": dismiss,
    "join": join,
    "leave": leave,
    "shortcut": shortcut,
    "message_shortcut": message_shortcut,
    "home": home,
}
