"""What a person does with buttons, menus and forms, in messages, modals and the Home."""

from sandbox.page.desk import Act, Desk, NotUnderstoodError, as_answer
from sandbox.slack import PersonError, View
from sandbox.slack.forms import fields
from sandbox.slack.model import Json


async def press(desk: Desk) -> Json:
    """Press a button, or an entry of an overflow menu."""
    where, option = desk.where(), desk.said.get("option")
    if isinstance(where, View):
        _enter(desk, where)
    return as_answer(await desk.person.press_at(where, desk.key(), None if option is None else str(option)))


async def choose(desk: Desk) -> Json:
    """Choose in a menu that tells the app at once."""
    where = desk.where()
    if isinstance(where, View):
        _enter(desk, where)
    return as_answer(await desk.person.choose_at(where, desk.key(), desk.said.get("value")))


async def suggest(desk: Desk) -> Json:
    """Type into a menu whose options the app gives."""
    return {"options": await desk.person.suggest_at(desk.where(), desk.key(), desk.text("typed"))}


async def fill(desk: Desk) -> Json:
    """Have Slack's client know what was typed so far, so that a later version of the view keeps it."""
    _enter(desk, desk.view())
    return {}


async def attach(desk: Desk) -> Json:
    """Attach files to a file input."""
    desk.person.attach_at(desk.view(), desk.key(), desk.files())
    return {}


async def detach(desk: Desk) -> Json:
    """Take a file out of a file input."""
    desk.person.detach_at(desk.view(), desk.key(), desk.text("file"))
    return {}


async def submit(desk: Desk) -> Json:
    """Submit the modal on top."""
    _enter(desk, desk.view())
    result = await desk.person.submit()
    return {
        "ok": not result.errors and not result.notice,
        "closed": result.closed,
        "errors": result.by_block,
        "notice": result.notice,
    }


async def close(desk: Desk) -> Json:
    """Cancel the modal on top, or with ``clear`` the whole stack."""
    desk.view()
    await desk.person.close(clear=bool(desk.said.get("clear")))
    return {}


def _enter(desk: Desk, view: View) -> None:
    """Take over what the page holds: ``{block_id: {action_id: value}}``; files are attached one by one instead.

    What no longer stands in the view is passed over: a later version of it came while somebody typed.
    """
    there = {field.key for field in fields(view.blocks) if field.type != "file_input"}
    values = desk.said.get("values") or {}
    if not isinstance(values, dict) or not all(isinstance(held, dict) for held in values.values()):
        raise NotUnderstoodError("values must be an object of objects")
    for block_id, held in values.items():
        for action_id, value in held.items():
            if (block_id, action_id) in there:
                _enter_one(desk, view, (block_id, action_id), value)


def _enter_one(desk: Desk, view: View, key: tuple[str, str], value: object) -> None:
    try:
        desk.person.enter(view, key, value)
    except PersonError:
        # A choice that a later version of the view does not offer any more is no choice.
        desk.person.enter(view, key, None)


FORM_ACTS: dict[str, Act] = {
    "press": press,
    "choose": choose,
    "suggest": suggest,
    "fill": fill,
    "attach": attach,
    "detach": detach,
    "submit": submit,
    "close": close,
}
