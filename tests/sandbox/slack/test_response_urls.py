"""response_url: five uses in thirty minutes."""

from typing import Any

import pytest

from tests.sandbox.slack.office import Office, actions, button, section

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def send(office: Office, url: str, **body: Any) -> tuple[int, str]:
    async with office.session.post(url, json=body) as answer:
        return answer.status, await answer.text()


async def command_url(office: Office) -> str:
    await office.slack.as_user(office.ann).slash(office.support, "/raise-issue")
    return str(office.tiny.of("command")[-1]["response_url"])


async def pressed_url(office: Office) -> str:
    """The response_url of a press below an ephemeral message for Ann."""
    person = office.slack.as_user(office.ann)
    await office.call(
        "chat.postEphemeral",
        channel=office.support.id,
        user=office.ann.id,
        text="x",
        blocks=[actions(button("Go"))],
    )
    await person.press(person.ephemerals[-1], "Go")
    return str(office.tiny.of("block_actions")[-1]["response_url"])


async def test_an_answer_is_for_the_person_unless_it_says_otherwise(office: Office) -> None:
    url = await command_url(office)
    assert await send(office, url, text="for you") == (200, "ok")
    assert await send(office, url, text="for all", response_type="in_channel") == (200, "ok")
    assert [message.text for message in office.slack.as_user(office.ann).ephemerals] == ["for you"]
    assert [message.text for message in office.slack.messages(office.support)] == ["for all"]


async def test_it_works_five_times(office: Office) -> None:
    url = await command_url(office)
    for _ in range(5):
        assert (await send(office, url, text="x"))[0] == 200
    assert await send(office, url, text="x") == (404, '{"ok":false,"error":"used_url"}')


async def test_it_works_for_half_an_hour(office: Office) -> None:
    url = await command_url(office)
    office.clock.move(30 * 60)
    assert (await send(office, url, text="x"))[0] == 200
    office.clock.move(1)
    assert await send(office, url, text="x") == (404, '{"ok":false,"error":"expired_url"}')


async def test_an_unknown_address_answers_nothing(office: Office) -> None:
    assert (await send(office, f"{office.slack.base_url}/response/T1/none", text="x"))[0] == 404


async def test_bad_blocks_are_refused_and_cost_no_use(office: Office) -> None:
    url = await command_url(office)
    for _ in range(6):
        assert (await send(office, url, text="x", blocks=[section("")]))[0] == 400
    assert (await send(office, url, text="x"))[0] == 200


async def test_an_ephemeral_original_is_replaced_and_deleted(office: Office) -> None:
    url, person = await pressed_url(office), office.slack.as_user(office.ann)
    await send(office, url, text="done", replace_original=True)
    (message,) = person.ephemerals
    assert (message.text, message.blocks) == ("done", None)
    await send(office, url, delete_original=True)
    assert person.ephemerals == []


async def test_a_posted_original_is_replaced_and_deleted(office: Office) -> None:
    message = await office.post(blocks=[actions(button("Go"))])
    await office.slack.as_user(office.ann).press(message, "Go")
    url = office.tiny.of("block_actions")[-1]["response_url"]
    await send(office, url, text="done", replace_original=True)
    assert (message.text, message.blocks) == ("done", None)
    await send(office, url, delete_original=True)
    assert office.slack.messages(office.support) == []
