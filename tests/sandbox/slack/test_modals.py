"""Triggers, and the life of views."""

import pytest

from tests.sandbox.slack.office import (
    Json,
    Office,
    actions,
    button,
    modal,
    opened,
    plain,
    section,
    text_input,
    top,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def trigger(office: Office) -> str:
    """A trigger that Ann has just made."""
    await office.slack.as_user(office.ann).slash(office.support, "/raise-issue")
    return str(office.tiny.of("command")[-1]["trigger_id"])


async def test_a_command_opens_a_modal_on_the_screen_of_who_typed_it(office: Office) -> None:
    person = await opened(office, modal(text_input("Title"), text_input("Steps")))
    assert person.labels() == ["Title", "Steps"]
    assert top(person.modal).payload["title"]["text"] == "Raise an issue"
    assert office.slack.as_user(office.ann).modal is None


async def test_a_trigger_lives_for_three_seconds(office: Office) -> None:
    late, in_time = await trigger(office), await trigger(office)
    office.clock.move(3.0)
    assert (await office.call("views.open", trigger_id=in_time, view=modal()))["ok"]
    office.clock.move(0.1)
    assert (await office.refused("views.open", trigger_id=late, view=modal()))["error"] == "expired_trigger_id"


async def test_a_trigger_is_used_once(office: Office) -> None:
    trigger_id = await trigger(office)
    await office.call("views.open", trigger_id=trigger_id, view=modal())
    again = await office.refused("views.open", trigger_id=trigger_id, view=modal())
    assert again["error"] == "exchanged_trigger_id"


async def test_a_trigger_belongs_to_one_app(office: Office) -> None:
    trigger_id = await trigger(office)
    assert (await office.refused("views.open", trigger_id="1.2.3", view=modal()))["error"] == "invalid_trigger_id"
    other = office.slack.install_app(office.acme)
    office.web = office.client(other.bot_token)
    refused = await office.refused("views.open", trigger_id=trigger_id, view=modal())
    assert refused["error"] == "invalid_trigger_id"


async def test_a_bad_view_is_pointed_at_and_leaves_the_trigger(office: Office) -> None:
    trigger_id = await trigger(office)
    refused = await office.refused("views.open", trigger_id=trigger_id, view=modal(title=plain("x" * 25)))
    assert refused["error"] == "invalid_arguments"
    assert refused["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    assert (await office.call("views.open", trigger_id=trigger_id, view=modal()))["ok"]


async def test_a_view_over_250_kb_is_too_large(office: Office) -> None:
    view = modal(*[section("x" * 2900)] * 99)
    refused = await office.refused("views.open", trigger_id=await trigger(office), view=view)
    assert refused["error"] == "view_too_large"


async def test_no_more_than_three_views_are_stacked(office: Office) -> None:
    person = await opened(office, modal(actions(button("More")), text_input("Title")))

    async def push(payload: Json) -> None:
        await office.call("views.push", trigger_id=payload["trigger_id"], view=modal(actions(button("More"))))

    office.tiny.on["block_actions"] = push
    for _ in range(2):
        await person.press(top(person.modal), "More")
    assert len(person.stack) == 3
    assert person.stack[2].previous_view_id == person.stack[1].id
    assert {view.root_view_id for view in person.stack} == {person.stack[0].id}
    office.tiny.on.clear()
    await person.press(top(person.modal), "More")
    refused = await office.refused("views.push", trigger_id=office.tiny.received[-1]["trigger_id"], view=modal())
    assert refused["error"] == "push_limit_reached"


async def test_an_external_id_stands_for_one_open_view(office: Office) -> None:
    person = await opened(office, modal(external_id="one"))
    refused = await office.refused("views.open", trigger_id=await trigger(office), view=modal(external_id="one"))
    assert refused["error"] == "duplicate_external_id"
    await office.call("views.update", external_id="one", view=modal(text_input("Name")))
    assert person.labels() == ["Name"]


async def test_a_stale_hash_conflicts(office: Office) -> None:
    view = top((await opened(office, modal())).modal)
    stale = view.hash
    await office.call("views.update", view_id=view.id, hash=stale, view=modal())
    refused = await office.refused("views.update", view_id=view.id, hash=stale, view=modal())
    assert refused["error"] == "hash_conflict"


async def test_a_view_that_was_closed_is_not_found(office: Office) -> None:
    person = await opened(office, modal())
    view = top(person.modal)
    await person.close()
    assert person.modal is None
    assert (await office.refused("views.update", view_id=view.id, view=modal()))["error"] == "not_found"
