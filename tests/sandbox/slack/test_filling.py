"""What a person does in a modal: types, chooses, submits, cancels."""

from typing import Any

import pytest

from sandbox.slack import PersonError, WrongAnswerError
from sandbox.slack.forms import REQUIRED
from tests.sandbox.slack.office import (
    Office,
    an_input,
    modal,
    opened,
    option,
    section,
    text_input,
    top,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
PRIORITY = an_input("Priority", {"type": "static_select", "options": [option("Low"), option("High")]})


async def test_typed_values_survive_an_update_under_the_same_ids(office: Office) -> None:
    person = await opened(office, modal(text_input("Title"), text_input("Steps")))
    person.fill("Title", "typed")
    view = modal(
        text_input("Title", initial_value="new"),
        text_input("Steps", initial_value="taken, since it was empty"),
        PRIORITY,
    )
    await office.call("views.update", view_id=top(person.modal).id, view=view)
    assert person.value("Title") == "typed"
    assert person.value("Steps") == "taken, since it was empty"
    assert person.value("Priority") is None


async def test_a_new_block_id_forgets_what_was_typed(office: Office) -> None:
    person = await opened(office, modal(text_input("Title")))
    person.fill("Title", "typed")
    view = modal(text_input("Title", block_id="other", initial_value="new"))
    await office.call("views.update", view_id=top(person.modal).id, view=view)
    assert person.value("Title") == "new"


async def test_an_untouched_initial_value_survives_too(office: Office) -> None:
    person = await opened(office, modal(text_input("Title", initial_value="first")))
    view = modal(text_input("Title", initial_value="second"))
    await office.call("views.update", view_id=top(person.modal).id, view=view)
    assert person.value("Title") == "first"


async def test_a_submission_holds_every_input(office: Office) -> None:
    blocks = [
        text_input("Title"),
        text_input("Steps", optional=True),
        PRIORITY,
        an_input(
            "Category",
            {
                "type": "static_select",
                "options": [option("Bug"), option("Idea")],
                "initial_option": option("Bug"),
            },
        ),
        an_input("Areas", {"type": "checkboxes", "options": [option("UI"), option("API")]}, optional=True),
        an_input("People", {"type": "multi_users_select"}, optional=True),
        an_input("Due", {"type": "datepicker"}, optional=True),
    ]
    person = await opened(office, modal(*blocks))
    person.fill("Title", "It <broke>")
    person.choose("Priority", "High")
    person.choose("Areas", "UI", "API")
    person.choose("People", office.ben)
    result = await person.submit()
    assert (result.closed, result.status, person.modal) == (True, 200, None)
    (payload,) = office.tiny.of("view_submission")
    assert payload["view"]["state"]["values"] == {
        "title": {"title": {"type": "plain_text_input", "value": "It <broke>"}},
        "steps": {"steps": {"type": "plain_text_input", "value": None}},
        "priority": {"priority": {"type": "static_select", "selected_option": option("High")}},
        "category": {"category": {"type": "static_select", "selected_option": option("Bug")}},
        "areas": {"areas": {"type": "checkboxes", "selected_options": [option("UI"), option("API")]}},
        "people": {"people": {"type": "multi_users_select", "selected_users": [office.ben.id]}},
        "due": {"due": {"type": "datepicker", "selected_date": None}},
    }
    assert payload["user"]["id"] == office.ann.id
    assert payload["view"]["app_installed_team_id"] == office.acme.id


async def test_the_client_refuses_what_is_missing_or_too_long(office: Office) -> None:
    person = await opened(office, modal(text_input("Title"), text_input("Short", max_length=3, optional=True)))
    person.fill("Short", "four")
    result = await person.submit()
    assert result.errors == {"Title": REQUIRED, "Short": "Must be less than 4 characters."}
    assert (result.closed, result.status, office.tiny.of("view_submission")) == (False, 0, [])


async def test_a_submission_can_be_sent_anyway(office: Office) -> None:
    person = await opened(office, modal(text_input("Title", max_length=3)))
    person.fill("Title", "four")
    assert (await person.submit(anyway=True)).closed
    (payload,) = office.tiny.of("view_submission")
    assert payload["view"]["state"]["values"]["title"]["title"]["value"] == "four"


async def test_typing_can_stop_at_the_limit(office: Office) -> None:
    person = await opened(office, modal(text_input("Title", max_length=3)))
    person.fill("Title", "four", respect_limits=True)
    assert person.value("Title") == "fou"


async def test_errors_are_shown_below_their_inputs(office: Office) -> None:
    person = await opened(office, modal())
    person.fill("Title", "x")
    office.answers("view_submission", {"response_action": "errors", "errors": {"title": "Too short."}})
    result = await person.submit()
    assert (result.errors, result.closed) == ({"Title": "Too short."}, False)
    assert person.value("Title") == "x"


WRONG: list[tuple[str, Any]] = [
    ("errors for a block that is no input", {"response_action": "errors", "errors": {"intro": "x"}}),
    ("errors by action_id", {"response_action": "errors", "errors": {"Title": "x"}}),
    ("no errors", {"response_action": "errors", "errors": {}}),
    ("an unknown action", {"response_action": "close"}),
    ("a text", "thanks"),
    ("a bad view", {"response_action": "update", "view": {"type": "modal"}}),
    ("a message", {"text": "thanks"}),
]


@pytest.mark.parametrize("answer", [row[1] for row in WRONG], ids=[row[0] for row in WRONG])
async def test_an_answer_that_slack_does_not_understand_fails_the_test(office: Office, answer: Any) -> None:
    person = await opened(office, modal({**section("hi"), "block_id": "intro"}, text_input("Title")))
    person.fill("Title", "x")
    office.answers("view_submission", answer)
    with pytest.raises(WrongAnswerError):
        await person.submit()


async def test_an_answer_can_update_push_and_clear(office: Office) -> None:
    person = await opened(office, modal(text_input("Title", optional=True)))
    done = modal(text_input("Name", optional=True))
    office.answers("view_submission", {"response_action": "update", "view": done})
    assert not (await person.submit()).closed
    assert (person.labels(), len(person.stack)) == (["Name"], 1)
    office.answers("view_submission", {"response_action": "push", "view": done})
    await person.submit()
    assert len(person.stack) == 2
    office.answers("view_submission", {"response_action": "clear"})
    assert (await person.submit()).closed
    assert person.stack == []


async def test_an_empty_answer_closes_one_view_only(office: Office) -> None:
    person = await opened(office, modal(text_input("Title", optional=True)))
    office.answers("view_submission", {"response_action": "push", "view": modal(text_input("Name", optional=True))})
    await person.submit()
    office.tiny.on.clear()
    await person.submit()
    assert person.labels() == ["Title"]


async def test_a_failing_app_leaves_the_modal_open(office: Office) -> None:
    person = await opened(office, modal(text_input("Title", optional=True)))
    office.tiny.on.clear()
    office.app.request_url = f"{office.slack.base_url}/nowhere"
    result = await person.submit()
    assert (result.closed, result.status) == (False, 404)
    assert result.notice == "We had some trouble connecting. Try again?"


async def test_cancelling_is_told_only_on_request(office: Office) -> None:
    person = await opened(office, modal())
    await person.close()
    assert office.tiny.of("view_closed") == []
    await opened(office, modal())
    person = await opened(office, modal(notify_on_close=True))
    await person.close(clear=True)
    (payload,) = office.tiny.of("view_closed")
    assert payload["is_cleared"] is True


async def test_a_menu_that_dispatches_tells_the_app_at_once(office: Office) -> None:
    chosen = {**PRIORITY, "dispatch_action": True}
    person = await opened(office, modal(chosen))
    office.tiny.on.clear()
    with pytest.raises(PersonError):
        person.choose("Priority", "High")
    assert (await person.select(top(person.modal), "Priority", "High")).ok
    (payload,) = office.tiny.of("block_actions")
    (action,) = payload["actions"]
    assert (action["action_id"], action["selected_option"]) == ("priority", option("High"))
    assert payload["view"]["state"]["values"]["priority"]["priority"]["selected_option"] == option("High")


async def test_an_external_select_offers_what_the_app_says(office: Office) -> None:
    person = await opened(office, modal(an_input("Company", {"type": "external_select"})))
    office.answers("block_suggestion", {"options": [option("Acme"), option("Globex")]})
    assert await person.suggest("Company", "a") == ["Acme", "Globex"]
    assert office.tiny.of("block_suggestion")[0]["value"] == "a"
    person.choose("Company", "Globex")
    assert person.value("Company") == "Globex"
    office.answers("block_suggestion", {"options": [option("x" * 76)]})
    with pytest.raises(WrongAnswerError):
        await person.suggest("Company", "x")


async def test_what_is_not_on_the_screen_cannot_be_done(office: Office) -> None:
    person = office.slack.as_user(office.ann)
    with pytest.raises(PersonError, match="no modal"):
        person.fill("Title", "x")
    person = await opened(office, modal(text_input("Title"), PRIORITY))
    with pytest.raises(PersonError, match="no input 'Name'"):
        person.fill("Name", "x")
    with pytest.raises(PersonError, match="offers no 'Medium'"):
        person.choose("Priority", "Medium")
    with pytest.raises(PersonError, match="use choose"):
        person.fill("Priority", "High")
    with pytest.raises(PersonError, match="use fill"):
        person.choose("Title", "x")
    with pytest.raises(PersonError, match="no 'Claim'"):
        await person.press(top(person.modal), "Claim")


async def test_fifty_screens_of_one_person_are_fifty_modals(office: Office) -> None:
    office.opens(modal())
    people = [office.slack.as_user(office.ann) for _ in range(50)]
    for number, person in enumerate(people):
        await person.slash(office.support, "/raise-issue")
        person.fill("Title", str(number))
    assert [person.value("Title") for person in people] == [str(number) for number in range(50)]
    assert len({top(person.modal).id for person in people}) == 50


async def test_a_modal_is_read_with_what_it_holds(office: Office) -> None:
    hint = {"type": "plain_text", "text": "One line."}
    view = modal(section("Tell us."), text_input("Title", optional=True), {**PRIORITY, "hint": hint})
    person = await opened(office, view)
    person.fill("Title", "It broke")
    assert office.slack.as_text(top(person.modal)).split("\n") == [
        "== Raise an issue ==",
        "Tell us.",
        "Title (optional): It broke",
        "Priority: ",
        "  One line.",
        "[Raise]",
    ]
