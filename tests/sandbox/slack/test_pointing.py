"""Elements named by their ids: pressed, chosen in, typed into; only what stands there now, only what it offers."""

from typing import Any

import pytest

from sandbox.slack import Message, Person, PersonError
from tests.sandbox.slack.office import (
    Json,
    Office,
    actions,
    an_input,
    button,
    modal,
    opened,
    option,
    plain,
    text_input,
    top,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

COLOURS = {"type": "static_select", "options": [option("Red"), option("Blue")]}
FORM = modal(
    text_input("Title"),
    an_input("Colour", COLOURS, optional=True),
    an_input("Sizes", {"type": "checkboxes", "options": [option("S"), option("L")]}, optional=True),
    an_input("Who", {"type": "users_select"}, optional=True),
    an_input("Day", {"type": "datepicker"}, optional=True),
    an_input("Files", {"type": "file_input", "max_files": 1}, optional=True),
)


def held(person: Person, name: str) -> Any:
    state = top(person.modal).values[name, name]
    return next(value for key, value in state.items() if key != "type")


async def test_a_button_is_pressed_by_its_ids(office: Office) -> None:
    menu = {"type": "overflow", "action_id": "more", "options": [option("Rename"), option("Drop")]}
    message = await office.post(blocks=[actions(button("Go", "go", value="7"), menu)])
    person = office.slack.as_user(office.ann)
    assert (await person.press_at(message, ("actions", "go"))).ok
    assert (await person.press_at(message, ("actions", "more"), "drop")).ok
    first, second = [payload["actions"][0] for payload in office.tiny.of("block_actions")]
    assert (first["action_id"], first["value"]) == ("go", "7")
    assert (second["action_id"], second["selected_option"]["value"]) == ("more", "drop")
    for gone, taken in ((("actions", "stop"), None), (("actions", "more"), None), (("actions", "go"), "drop")):
        with pytest.raises(PersonError):
            await person.press_at(message, gone, taken)


async def test_a_menu_of_a_message_tells_the_app_and_keeps_the_choice(office: Office) -> None:
    message = await office.post(blocks=[actions({**COLOURS, "action_id": "colour"})])
    person = office.slack.as_user(office.ann)
    assert (await person.choose_at(message, ("actions", "colour"), "blue")).ok
    (payload,) = office.tiny.of("block_actions")
    assert payload["actions"][0]["selected_option"] == option("Blue")
    assert message.values["actions", "colour"]["selected_option"] == option("Blue")
    with pytest.raises(PersonError, match="does not offer"):
        await person.choose_at(message, ("actions", "colour"), "green")


@pytest.mark.parametrize(
    ("name", "value", "state"),
    [
        ("title", "It broke", "It broke"),
        ("title", "", None),
        ("colour", "blue", option("Blue")),
        ("colour", None, None),
        ("sizes", ["l", "s"], [option("L"), option("S")]),
        ("sizes", None, []),
        ("day", "2026-02-03", "2026-02-03"),
    ],
)
async def test_an_input_holds_what_was_entered(office: Office, name: str, value: Any, state: Any) -> None:
    person = await opened(office, FORM)
    person.enter(top(person.modal), (name, name), value)
    assert held(person, name) == state


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("colour", "green"),
        ("colour", ["blue"]),
        ("sizes", "l"),
        ("sizes", ["xl"]),
        ("who", "U0"),
        ("who", {}),
        ("day", "tomorrow"),
        ("files", ["F1"]),
        ("gone", "x"),
    ],
)
async def test_what_an_input_does_not_offer_cannot_be_entered(office: Office, name: str, value: Any) -> None:
    person = await opened(office, FORM)
    with pytest.raises(PersonError):
        person.enter(top(person.modal), (name, name), value)


async def test_somebody_is_chosen_by_their_id(office: Office) -> None:
    person = await opened(office, FORM)
    person.enter(top(person.modal), ("who", "who"), office.ben.id)
    assert held(person, "who") == office.ben.id


async def test_files_are_attached_and_taken_out_again(office: Office) -> None:
    person = await opened(office, FORM)
    view = top(person.modal)
    (file,) = person.attach_at(view, ("files", "files"), [("a.txt", b"a")])
    with pytest.raises(PersonError, match="1 files at most"):
        person.attach_at(view, ("files", "files"), [("b.txt", b"b")])
    with pytest.raises(PersonError, match="takes no files"):
        person.attach_at(view, ("title", "title"), [("b.txt", b"b")])
    person.detach_at(view, ("files", "files"), file.id)
    assert held(person, "files") == []


async def test_a_view_is_found_while_it_lies_on_top(office: Office) -> None:
    person = await opened(office, FORM)
    view = top(person.modal)
    assert person.view(view.id) is view
    await person.close()
    with pytest.raises(PersonError):
        person.view(view.id)


@pytest.mark.parametrize("in_modal", [True, False])
async def test_the_app_is_asked_for_the_options_of_an_external_menu(office: Office, *, in_modal: bool) -> None:
    office.answers("block_suggestion", {"options": [option("Green")]})
    menu: Json = {"type": "external_select", "action_id": "colour", "placeholder": plain("Colour")}
    where: Any
    if in_modal:
        person = await opened(office, modal(an_input("Colour", menu)))
        where, key = top(person.modal), ("colour", "colour")
    else:
        person = office.slack.as_user(office.ann)
        where, key = await office.post(blocks=[actions(menu)]), ("actions", "colour")
    assert await person.suggest_at(where, key, "gr") == [option("Green")]
    (payload,) = office.tiny.of("block_suggestion")
    assert (payload["action_id"], payload["value"]) == ("colour", "gr")
    assert payload["container"]["type"] == ("view" if in_modal else "message")
    if isinstance(where, Message):
        assert (await person.choose_at(where, key, "green")).ok
    else:
        person.enter(where, key, "green")
    assert where.values[key]["selected_option"] == option("Green")


async def test_what_is_wrong_is_told_by_block_and_by_label(office: Office) -> None:
    person = await opened(office, modal(text_input("Title", block_id="first"), text_input("Body", optional=True)))
    refused = await person.submit()
    assert list(refused.by_block) == ["first"]
    assert list(refused.errors) == ["Title"]
    person.fill("Title", "x")
    office.answers("view_submission", {"response_action": "errors", "errors": {"body": "Say more."}})
    answered = await person.submit()
    assert (answered.by_block, answered.errors) == ({"body": "Say more."}, {"Body": "Say more."})


async def test_no_command_runs_in_a_thread(office: Office) -> None:
    person = office.slack.as_user(office.ann)
    above = await person.post(office.support, "look")
    outcome = await person.slash(office.support, "/raise-issue", thread=above)
    assert (outcome.ok, outcome.error) == (False, "/raise-issue is not supported in threads. Sorry!")
    assert person.ephemerals[-1].thread_ts == above.ts
    assert office.tiny.of("command") == []
