"""Commands, shortcuts, buttons and Homes: what the app is sent, and what the person then sees."""

import pytest

from sandbox.slack import PersonError, WrongAnswerError
from sandbox.slack.person import INTENDED
from tests.sandbox.slack.office import Json, Office, actions, button, modal, option, plain, section, top

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_command_tells_who_where_and_what(office: Office) -> None:
    outcome = await office.slack.as_user(office.ann).slash(office.support, "/raise-issue", "It <b> & broke")
    assert outcome.ok
    (form,) = office.tiny.of("command")
    expected = {
        "command": "/raise-issue",
        "text": "It <b> & broke",
        "user_id": office.ann.id,
        "user_name": "ann.lee",
        "team_id": office.acme.id,
        "team_domain": "acme",
        "channel_id": office.support.id,
        "channel_name": "support",
        "api_app_id": office.app.id,
        "is_enterprise_install": "false",
    }
    assert {name: form[name] for name in expected} == expected


async def test_a_command_that_escapes_names_people_and_channels(office: Office) -> None:
    await office.slack.as_user(office.ann).slash(office.support, "/tell", "@ben.ode in #lounge: a<b @nobody")
    (form,) = office.tiny.of("command")
    assert form["text"] == f"<@{office.ben.id}|ben.ode> in <#{office.lounge.id}|lounge>: a&lt;b @nobody"


async def test_an_unknown_command_is_refused_by_slack(office: Office) -> None:
    person = office.slack.as_user(office.ann)
    outcome = await person.slash(office.support, "/foo")
    assert (outcome.ok, outcome.error) == (False, "/foo is not a valid command.")
    assert [message.text for message in person.ephemerals] == [f"/foo is not a valid command.{INTENDED}"]
    assert office.tiny.received == []


async def test_someone_of_another_company_has_no_commands_and_shortcuts(office: Office) -> None:
    zoe = office.slack.as_user(office.zoe)
    message = await office.slack.as_user(office.ann).post(office.connect, "hello")
    await office.slack.quiet()
    office.tiny.received.clear()
    for outcome in (
        await zoe.slash(office.connect, "/raise-issue"),
        await zoe.shortcut("Raise issue"),
        await zoe.message_shortcut(message, "Raise from this"),
    ):
        assert not outcome.ok
        assert "is not a valid command" in outcome.error
    assert office.tiny.received == []


async def test_someone_of_another_company_presses_and_submits(office: Office) -> None:
    message = await office.post("here", in_=office.connect, blocks=[actions(button("Raise issue"))])
    office.opens(modal())
    zoe = office.slack.as_user(office.zoe)
    assert (await zoe.press(message, "Raise issue")).ok
    (pressed,) = office.tiny.of("block_actions")
    assert (pressed["team"]["id"], pressed["user"]["team_id"]) == (office.acme.id, office.globex.id)
    zoe.fill("Title", "x")
    assert (await zoe.submit()).closed
    (submitted,) = office.tiny.of("view_submission")
    assert submitted["team"]["id"] == office.globex.id
    assert submitted["view"]["app_installed_team_id"] == office.acme.id


async def test_commands_are_typed_by_members(office: Office) -> None:
    with pytest.raises(PersonError, match="not a member"):
        await office.slack.as_user(office.ben).slash(office.lounge, "/raise-issue")
    office.slack.archive(office.support)
    with pytest.raises(PersonError, match="archived"):
        await office.slack.as_user(office.ben).slash(office.support, "/raise-issue")


async def test_a_text_in_the_answer_is_shown_to_the_person(office: Office) -> None:
    office.answers("command", "You are Ann.")
    person = office.slack.as_user(office.ann)
    await person.slash(office.support, "/raise-issue")
    assert [message.text for message in person.ephemerals] == ["You are Ann."]
    assert office.slack.messages(office.support) == []


async def test_an_answer_can_be_for_everyone(office: Office) -> None:
    office.answers("command", {"response_type": "in_channel", "text": "all", "blocks": [section("hear")]})
    person = office.slack.as_user(office.ann)
    await person.slash(office.support, "/raise-issue")
    assert [office.slack.as_text(message) for message in office.slack.messages(office.support)] == ["hear"]
    assert person.ephemerals == []


async def test_bad_blocks_in_an_answer_fail_the_test(office: Office) -> None:
    office.answers("command", {"text": "x", "blocks": [section("")]})
    with pytest.raises(WrongAnswerError, match="invalid_blocks"):
        await office.slack.as_user(office.ann).slash(office.support, "/raise-issue")


async def test_a_failing_app_is_named_to_the_person(office: Office) -> None:
    office.app.request_url = f"{office.slack.base_url}/nowhere"
    person = office.slack.as_user(office.ann)
    outcome = await person.slash(office.support, "/raise-issue")
    assert (outcome.ok, outcome.status) == (False, 404)
    assert person.ephemerals[0].text == '/raise-issue failed with the error "dispatch_failed"'


async def test_shortcuts_carry_their_callback_id(office: Office) -> None:
    person = office.slack.as_user(office.ann)
    message = await office.post("It broke")
    assert (await person.shortcut("Raise issue")).ok
    assert (await person.message_shortcut(message, "Raise from this")).ok
    (everywhere,), (here,) = office.tiny.of("shortcut"), office.tiny.of("message_action")
    assert everywhere["callback_id"] == "raise"
    assert (here["callback_id"], here["message"]["text"]) == ("raise_message", "It broke")
    assert here["channel"] == {"id": office.support.id, "name": "support"}


async def test_a_message_shortcut_reaches_where_the_bot_is_not(office: Office) -> None:
    person = office.slack.as_user(office.ann)
    message = await person.post(office.secret, "psst")
    assert (await person.message_shortcut(message, "Raise from this")).ok
    (payload,) = office.tiny.of("message_action")
    assert payload["channel"] == {"id": office.secret.id, "name": "privategroup"}
    refused = await office.refused("chat.postMessage", channel=office.secret.id, text="x")
    assert refused["error"] == "channel_not_found"


async def test_a_press_says_what_and_where(office: Office) -> None:
    parent = await office.post("above")
    message = await office.post(
        "below", thread_ts=parent.ts, blocks=[actions(button("Claim", "claim", value="17"))]
    )
    assert (await office.slack.as_user(office.ben).press(message, "Claim")).ok
    (payload,) = office.tiny.of("block_actions")
    (action,) = payload["actions"]
    assert (action["action_id"], action["value"], action["type"]) == ("claim", "17", "button")
    assert payload["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": office.support.id,
        "is_ephemeral": False,
        "thread_ts": parent.ts,
    }
    assert payload["message"]["ts"] == message.ts
    assert payload["trigger_id"]
    assert payload["response_url"].startswith(office.slack.base_url)


async def test_a_menu_entry_is_pressed_by_its_text(office: Office) -> None:
    menu = {"type": "overflow", "action_id": "more", "options": [option("Edit"), option("Assign")]}
    message = await office.post(blocks=[{**section("x"), "accessory": menu}])
    await office.slack.as_user(office.ben).press(message, "Assign")
    (payload,) = office.tiny.of("block_actions")
    assert payload["actions"][0]["selected_option"] == option("Assign")


async def test_a_menu_below_a_message_keeps_what_was_chosen(office: Office) -> None:
    menu = {"type": "users_select", "action_id": "who", "placeholder": plain("Assign to")}
    message = await office.post(blocks=[actions(menu, button("Go"))])
    person = office.slack.as_user(office.ben)
    await person.select(message, "Assign to", office.ada)
    await person.press(message, "Go")
    chosen, pressed = office.tiny.of("block_actions")
    assert chosen["actions"][0]["selected_user"] == office.ada.id
    assert pressed["state"]["values"]["actions"]["who"]["selected_user"] == office.ada.id


async def test_a_button_that_is_gone_cannot_be_pressed(office: Office) -> None:
    message = await office.post(blocks=[actions(button("Claim"))])
    here = {"channel": office.support.id, "ts": message.ts}
    await office.call("chat.update", **here, text="x", blocks=[actions(button("Close"))])
    person = office.slack.as_user(office.ben)
    with pytest.raises(PersonError, match=r"no 'Claim' to press; there are \['Close'\]"):
        await person.press(message, "Claim")
    await office.call("chat.delete", **here)
    with pytest.raises(PersonError, match="gone"):
        await person.press(message, "Close")


async def test_one_of_several_equal_buttons_must_be_named(office: Office) -> None:
    rows = [{**section(n), "accessory": button("Open", "open", value=n)} for n in "ab"]
    message = await office.post(blocks=rows)
    person = office.slack.as_user(office.ben)
    with pytest.raises(PersonError, match="2 buttons"):
        await person.press(message, "Open")
    await person.press(message, "Open", nth=1)
    assert office.tiny.of("block_actions")[0]["actions"][0]["value"] == "b"


async def test_only_who_sees_a_message_presses_its_buttons(office: Office) -> None:
    direct = await office.call("chat.postMessage", channel=office.ann.id, text="x", blocks=[actions(button("Go"))])
    (message,) = await office.slack.as_user(office.ann).direct_messages()
    assert message.ts == direct["ts"]
    with pytest.raises(PersonError, match="cannot see"):
        await office.slack.as_user(office.ben).press(message, "Go")
    assert (await office.slack.as_user(office.ann).press(message, "Go")).ok


async def test_buttons_of_an_ephemeral_work_for_its_reader(office: Office) -> None:
    await office.call(
        "chat.postEphemeral",
        channel=office.support.id,
        user=office.ann.id,
        text="x",
        blocks=[actions(button("Go"))],
    )
    (message,) = office.slack.as_user(office.ann).ephemerals
    assert (await office.slack.as_user(office.ann).press(message, "Go")).ok
    (payload,) = office.tiny.of("block_actions")
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    with pytest.raises(PersonError, match="someone else"):
        await office.slack.as_user(office.ben).press(message, "Go")


async def test_a_home_is_opened_published_and_pressed(office: Office) -> None:
    async def publish(payload: Json) -> None:
        home = {"type": "home", "blocks": [actions(button("Raise"))]}
        await office.call("views.publish", user_id=payload["event"]["user"], view=home)

    office.tiny.on["app_home_opened"] = publish
    person = office.slack.as_user(office.ann)
    assert person.home is None
    await person.open_home()
    home = await office.slack.wait_until(lambda: person.home)
    assert (await person.press(top(home), "Raise")).ok
    (payload,) = office.tiny.of("block_actions")
    assert payload["container"] == {"type": "view", "view_id": top(home).id}
    (opened,) = office.tiny.of("app_home_opened")
    assert opened["event"]["tab"] == "home"
    with pytest.raises(PersonError, match="not open for this person"):
        await office.slack.as_user(office.ben).press(top(home), "Raise")
