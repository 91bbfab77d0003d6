"""How somebody tries the commands, the shortcuts and the threads."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from bot.views import ids
from sandbox.slack import Channel, Message
from tests.border.forger import Forger
from tests.border.roles import Who
from tests.border.scene import Scene
from tests.border.words import MARKER

# What somebody does at a door, in a window of theirs.
Try = Callable[[Scene, Forger, Who], Awaitable[None]]


def _types(command: str, text: str = "", *, in_lobby: bool = False) -> Try:
    async def type_it(scene: Scene, forger: Forger, _who: Who) -> None:
        channel = scene.lobby if in_lobby else scene.world.company.intake
        await forger.types(channel, command, text)

    return type_it


async def _global_shortcut(_scene: Scene, forger: Forger, _who: Who) -> None:
    await forger.chooses_shortcut(ids.RAISE_GLOBAL_SHORTCUT)


async def _message_shortcut(scene: Scene, forger: Forger, _who: Who) -> None:
    await forger.chooses_shortcut(ids.RAISE_MESSAGE_SHORTCUT, scene.said[Who.CUSTOMER])


async def _reply(scene: Scene, forger: Forger, _who: Who, *, to_team: bool, text: str) -> None:
    channel = _channel(scene, to_team=to_team)
    await forger.post(channel, text, thread=scene.shown(channel))
    await scene.world.company.slack.quiet()


async def _edit(scene: Scene, forger: Forger, who: Who, *, to_team: bool, text: str) -> None:
    message = await _own(scene, forger, who, to_team=to_team)
    await forger.edit(message, text)
    await scene.world.company.slack.quiet()


async def _delete(scene: Scene, forger: Forger, who: Who) -> None:
    await forger.delete(await _own(scene, forger, who, to_team=True))
    await scene.world.company.slack.quiet()


async def _own(scene: Scene, forger: Forger, who: Who, *, to_team: bool) -> Message:
    """Return what somebody said when they could; whoever never could says it now."""
    before = (scene.noted if to_team else scene.said).get(who)
    channel = _channel(scene, to_team=to_team)
    message = before or await forger.post(channel, "Something.", thread=scene.shown(channel))
    await scene.world.company.slack.quiet()
    return message


def _channel(scene: Scene, *, to_team: bool) -> Channel:
    return scene.world.company.triage if to_team else scene.world.company.intake


COMMANDS: Mapping[str, Try] = {
    "/raise-issue (in Acme's intake channel)": _types("/raise-issue", "x"),
    "/raise-issue (elsewhere)": _types("/raise-issue", "x", in_lobby=True),
    "/my-issues": _types("/my-issues"),
    "/threadline help": _types("/threadline"),
    "/threadline register": _types("/threadline", "register"),
    "/threadline link-channel": _types("/threadline", "link-channel"),
    "/threadline unlink-channel": _types("/threadline", "unlink-channel"),
    "/threadline mode": _types("/threadline", "mode"),
    "/threadline mode (as Acme's vendor)": _types("/threadline", "mode vendor acme"),
    "/threadline whoami": _types("/threadline", "whoami"),
    "/threadline status": _types("/threadline", "status"),
    "/threadline issue": _types("/threadline", "issue ISS-2026-0001"),
    "/threadline token": _types("/threadline", "token"),
    "/threadline people": _types("/threadline", "people"),
    "/threadline settings": _types("/threadline", "settings"),
    "/threadline linear": _types("/threadline", "linear"),
    f"shortcut {ids.RAISE_GLOBAL_SHORTCUT}": _global_shortcut,
    f"shortcut {ids.RAISE_MESSAGE_SHORTCUT}": _message_shortcut,
}
THREADS: Mapping[str, Try] = {
    "event message (in the customer's thread)": partial(_reply, to_team=False, text="Me too."),
    "event message (in the triage thread)": partial(_reply, to_team=True, text="Me too."),
    "event message (to the customer)": partial(_reply, to_team=True, text=f"{MARKER} me too."),
    "event message (an edit for the customer)": partial(_edit, to_team=False, text="Me neither."),
    "event message (an edit for the team)": partial(_edit, to_team=True, text="Us neither."),
    "event message (an edit from the team to the customer)": partial(_edit, to_team=True, text=f"{MARKER} you."),
    "event message (a deletion)": _delete,
}
