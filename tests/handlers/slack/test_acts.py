"""Who pressed what, where: read from a payload of any shape; and what each press and submission does."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.organizations import ChannelAddress
from bot.domain.people import SlackAccount
from bot.views import ids
from bot.views.issue_buttons import ACTIONS, LABELS, MENU_LABELS
from bot.views.linear_tie_modal import LABELS as OF_LINEAR
from handlers.slack.actions import Actions
from handlers.slack.acts import Press, act_of_interaction, press_of
from handlers.slack.issue_buttons import ON_PRESS
from handlers.slack.issue_modals import SUBMISSIONS
from handlers.slack.modals import Modals
from handlers.slack.parts import SlackParts
from handlers.tasks import TaskKeeper
from storage.engine import open_engine
from storage.transaction import open_transaction
from tests.handlers.slack.test_fuzz import OTHER_TYPES, changed, paths

BODY: dict[str, Any] = {
    "type": "block_actions",
    "trigger_id": "1.2.3",
    "team": {"id": "T1"},
    "user": {"id": "U1", "team_id": "T2"},
    "channel": {"id": "C1"},
    "container": {"type": "message", "message_ts": "7.0", "channel_id": "C1"},
    "actions": [{"type": "button", "action_id": "claim", "value": "1:2"}],
}


@pytest.fixture
def parts(tmp_path: Path) -> SlackParts:
    """The parts of a door behind which nothing is; the database is never opened."""
    engine = open_engine(f"sqlite:///{tmp_path / 'never.db'}")
    return SlackParts(transaction=open_transaction(engine), clock=lambda: datetime.now(UTC), tasks=TaskKeeper())


def pressed(parts: SlackParts, body: dict[str, Any]) -> Press | None:
    return press_of(parts, body, AsyncWebClient(), AsyncBoltContext({"team_id": "T1"}))


def test_a_press_tells_who_pressed_what_and_where(parts: SlackParts) -> None:
    press = pressed(parts, BODY)
    assert press is not None
    # Who pressed is of their own team; the channel is known by the installed one.
    assert (press.account, press.channel) == (SlackAccount("T2", "U1"), ChannelAddress("T1", "C1"))
    assert (press.action_id, press.value, press.message_ts) == ("claim", "1:2", "7.0")
    assert (press.trigger_id, press.view) == ("1.2.3", None)


def test_a_choice_from_a_menu_is_pressed_with_its_options_value(parts: SlackParts) -> None:
    chosen = {"type": "overflow", "action_id": "menu", "selected_option": {"value": "reply:1:2"}}
    press = pressed(parts, {**BODY, "actions": [chosen]})
    assert press is not None
    assert (press.action_id, press.value) == ("menu", "reply:1:2")


def test_a_press_in_a_view_has_no_channel_and_one_without_a_channel_takes_the_containers(parts: SlackParts) -> None:
    bare = {key: value for key, value in BODY.items() if key not in {"channel", "container"}}
    press = pressed(parts, {**bare, "view": {"id": "V1"}})
    assert press is not None
    assert (press.channel, press.message_ts, press.view) == (None, "", {"id": "V1"})
    press = pressed(parts, {**bare, "container": BODY["container"]})
    assert press is not None
    assert press.channel_id == "C1"


@pytest.mark.parametrize(
    "actions",
    [[], [None], ["x"], [[]], [{}], [{"action_id": None}], [{"action_id": 7}], [{"action_id": ["claim"]}]],
)
def test_a_press_of_nothing_is_none(parts: SlackParts, actions: list[Any]) -> None:
    assert pressed(parts, {**BODY, "actions": actions}) is None


@pytest.mark.parametrize("path", [path for path in paths(BODY) if path[0] not in {"user", "team", "actions"}])
def test_whatever_else_is_broken_is_read_as_if_it_were_not_there(
    parts: SlackParts, path: tuple[str | int, ...]
) -> None:
    for broken in (changed(BODY, path), *(changed(BODY, path, value) for value in OTHER_TYPES)):
        press = pressed(parts, broken)
        assert press is not None
        assert (press.action_id, press.value, press.account.user_id) == ("claim", "1:2", "U1")
        texts = (press.trigger_id, press.channel_id, press.message_ts)
        assert all(isinstance(text, str) for text in texts)


@pytest.mark.parametrize("value", [None, 7, True, [], {}, {"value": 7}])
def test_a_value_that_is_no_text_is_none(parts: SlackParts, value: Any) -> None:
    press = pressed(parts, {**BODY, "actions": [{"action_id": "claim", "value": value, "selected_option": value}]})
    assert press is not None
    assert press.value == ""


def test_an_act_beside_a_button_is_read_the_same_way(parts: SlackParts) -> None:
    act = act_of_interaction(parts, {**BODY, "trigger_id": None, "channel": []}, AsyncWebClient(), "T1")
    assert (act.account, act.channel, act.trigger_id) == (SlackAccount("T2", "U1"), None, "")


def test_every_button_and_menu_has_what_answers_it(parts: SlackParts) -> None:
    assert ON_PRESS.keys() == {*LABELS, *OF_LINEAR, ids.LINK_LINEAR, ids.MENU}
    assert set(ACTIONS) < set(ON_PRESS)
    table = Actions(parts).table
    assert all(table[action_id] is on_press for action_id, on_press in ON_PRESS.items())
    assert ids.RAISE_BUTTON in table


def test_every_modal_that_can_be_sent_has_what_answers_it(parts: SlackParts) -> None:
    behind_buttons = {
        ids.REPLY_MODAL,
        ids.NOTE_TO_TEAM_MODAL,
        ids.DETAILS_MODAL,
        ids.ASSIGN_MODAL,
        ids.CHANGE_MODAL,
    }
    assert SUBMISSIONS.keys() == behind_buttons
    table = Modals(parts).table
    assert all(table[callback_id] is submit for callback_id, submit in SUBMISSIONS.items())
    # What is only there to be read cannot be sent.
    assert not {ids.NOTE_MODAL, ids.REFUSED_MODAL} & table.keys()


def test_menu_entries_are_words_that_no_issue_begins_with() -> None:
    assert all(entry.isalpha() for entry in MENU_LABELS)
