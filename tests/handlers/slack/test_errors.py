"""Errors in Slack's dialect."""

import json
from pathlib import Path

import pytest

from bot.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, ThreadlineError, UnavailableError
from bot.logs import bind_request_id
from bot.views import ids
from handlers.slack.errors import (
    REFERENCE,
    UNEXPECTED,
    UNEXPECTED_ELSEWHERE,
    answer_error,
    inline_words,
    words_for,
)
from sandbox.faults import Fault
from sandbox.slack import mrkdwn
from tests.handlers.slack.door import SUBMISSION, VIEW, open_door

REQUEST = "0a1b2c3d"
AWAY = "We cannot reach our records right now."
REFUSALS = [
    InvalidError("No."),
    ForbiddenError("You may not."),
    NotFoundError("Not there."),
    ConflictError("Taken."),
]


@pytest.fixture(autouse=True)
def request_id() -> None:
    bind_request_id(REQUEST)


def referred(sentence: str) -> str:
    return REFERENCE.format(sentence=sentence, request_id=REQUEST)


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: str(error.kind))
def test_a_refusal_is_its_own_sentence(error: ThreadlineError) -> None:
    assert words_for(error) == error.sentence


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (UnavailableError(AWAY), AWAY),
        (KeyError("secret"), UNEXPECTED_ELSEWHERE),
        (TimeoutError(), UNEXPECTED_ELSEWHERE),
    ],
)
def test_a_failure_is_told_with_a_reference_by_which_an_operator_finds_it(error: Exception, words: str) -> None:
    assert words_for(error) == referred(words)


def test_what_went_wrong_inside_is_never_told() -> None:
    assert "password" not in words_for(RuntimeError("password=1234"))


def test_in_the_form_the_words_stand_under_the_title_and_what_was_typed_stays() -> None:
    answer = inline_words(RuntimeError(), {})
    assert answer == {"response_action": "errors", "errors": {ids.TITLE_BLOCK: referred(UNEXPECTED)}}


async def test_a_command_is_answered_to_the_person_alone() -> None:
    response = await answer_error(UnavailableError(AWAY), {"command": "/my-issues"})
    assert response.status == 200
    assert json.loads(response.body) == {"response_type": "ephemeral", "text": referred(AWAY)}


async def test_an_error_with_a_hostile_name_in_it_mentions_nobody() -> None:
    error = ForbiddenError("You have no customer profile at <!channel> & <http://evil.example|good>.")
    text = json.loads((await answer_error(error, {"command": "/my-issues"})).body)["text"]
    assert mrkdwn.unescape(text) == error.sentence
    assert list(mrkdwn.mentions(text)) == list(mrkdwn.links(text, bare=False)) == []


@pytest.mark.parametrize("body", [{"type": "block_actions"}, {}])
async def test_anything_else_is_acknowledged_without_words(body: dict[str, str]) -> None:
    response = await answer_error(RuntimeError(), body)
    assert (response.status, response.body) == (200, "")


async def test_an_event_that_failed_is_not_acknowledged() -> None:
    response = await answer_error(RuntimeError(), {"type": "event_callback"})
    assert (response.status, response.body) == (503, "")


async def test_a_form_that_was_submitted_stays_open_and_says_why() -> None:
    # An empty answer would close it, as if the issue were stored.
    response = await answer_error(RuntimeError(), {"type": "view_submission", "view": {}})
    assert response.status == 200
    assert json.loads(response.body) == {
        "response_action": "errors",
        "errors": {ids.TITLE_BLOCK: referred(UNEXPECTED)},
    }


async def test_a_form_stays_open_when_slack_does_not_even_tell_the_bot_who_it_is(tmp_path: Path) -> None:
    async with open_door(tmp_path) as door:
        door.slack.faults.plant("auth.test", Fault(drop=True))
        answer = await door.send_payload({**SUBMISSION, "view": {**VIEW, "callback_id": ids.RAISE_MODAL}})
    assert answer.status_code == 200
    assert answer.json()["response_action"] == "errors"
    assert UNEXPECTED in answer.json()["errors"][ids.TITLE_BLOCK]
