"""What Slack and Linear say when something fails, over HTTP: which failure the queue takes it for."""

import asyncio
import json
import socket
from collections.abc import Callable

import aiohttp
import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.failures import (
    LINEAR_PAUSE_SECONDS,
    SLACK_PAUSE_SECONDS,
    is_conflict,
    is_forbidden,
    linear_failure,
    slack_failure,
)
from bot.delivery.linear_api import LinearApi, LinearError
from bot.delivery.linear_credentials import ApiKey
from bot.domain.retry import AlreadyDone, Ambiguous, DeliveryFailure, GiveUp, NotSent, RetryAfter, Unchangeable
from sandbox.faults import Answer, Fault, slack_rate_limit
from sandbox.linear.errors import (
    authentication_answer,
    forbidden_answer,
    internal_error_answer,
    rate_limited_answer,
)
from tests.bot.delivery.office import Town
from tests.plain_http import plain_http

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _html(status: int) -> Answer:
    return Answer(status, "<html>Bad gateway</html>", content_type="text/html")


def _slack_says(error: str) -> Answer:
    return Answer(200, json.dumps({"ok": False, "error": error}))


async def _slack(town: Town, *faults: Fault, client: AsyncWebClient | None = None) -> DeliveryFailure:
    """Return what a post that meets this fault is taken for."""
    town.slack.faults.plant("chat.postMessage", *faults)
    try:
        await (client or town.client).chat_postMessage(channel=town.intake.id, text="hello")
    except Exception as error:  # noqa: BLE001 - whatever the client raises is what is looked at
        return slack_failure(error)
    raise AssertionError("the post was answered")


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (slack_rate_limit(7), 7.0),
        (slack_rate_limit(0), 0.0),
        (Answer(429, "slow down", {"Retry-After": "12"}, "text/plain"), 12.0),
        (Answer(429, "{broken", {"Retry-After": "12"}), 12.0),
        (Answer(429, '{"ok":false,"error":"ratelimited"}'), SLACK_PAUSE_SECONDS),
        (Answer(429, "", {"Retry-After": "soon"}, "text/plain"), SLACK_PAUSE_SECONDS),
        (_slack_says("ratelimited"), SLACK_PAUSE_SECONDS),
        (_slack_says("message_limit_exceeded"), SLACK_PAUSE_SECONDS),
    ],
)
async def test_slack_asks_to_wait(town: Town, answer: Answer, seconds: float) -> None:
    failure = await _slack(town, Fault(answer=answer))
    assert isinstance(failure, RetryAfter)
    assert failure.seconds == seconds


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(500, "internal", content_type="text/plain"), id="500 in plain text"),
        pytest.param(Answer(500, "oops"), id="500 that calls itself JSON and is not"),
        pytest.param(Answer(503, ""), id="503 that calls itself JSON and is empty"),
        pytest.param(Answer(500, '{"ok":false,"error":"channel_not_found"}'), id="500 with a refusal in it"),
        pytest.param(_html(502), id="502 in HTML"),
        pytest.param(_html(200), id="a proxy's page"),
        pytest.param(Answer(200, "null"), id="an answer of nothing"),
        pytest.param(Answer(200, "{}"), id="an answer that says neither"),
        pytest.param(_slack_says("internal_error"), id="internal_error"),
        pytest.param(_slack_says("fatal_error"), id="fatal_error"),
        pytest.param(_slack_says("service_unavailable"), id="service_unavailable"),
        pytest.param(_slack_says("request_timeout"), id="request_timeout"),
    ],
)
async def test_slack_may_have_done_it(town: Town, answer: Answer) -> None:
    assert type(await _slack(town, Fault(answer=answer))) is Ambiguous


@pytest.mark.parametrize("done", [False, True])
async def test_slacks_answer_is_lost(town: Town, *, done: bool) -> None:
    assert type(await _slack(town, Fault(drop=True, commit=done))) is Ambiguous
    assert len(town.slack.messages(town.intake)) == int(done)


async def test_slack_does_not_answer_in_time(town: Town) -> None:
    held = asyncio.Event()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.05)) as impatient:
        client = AsyncWebClient(
            token=town.app.bot_token, base_url=town.slack.api_url, session=impatient, retry_handlers=[]
        )
        failure = await _slack(town, Fault(hold=held), client=client)
    held.set()
    assert type(failure) is Ambiguous


async def test_slack_cannot_be_reached(town: Town) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/api/"
        client = AsyncWebClient(token="xoxb-1", base_url=url, session=town.client.session, retry_handlers=[])
        assert type(await _slack(town, client=client)) is NotSent


@pytest.mark.parametrize("code", ["cant_update_message", "edit_window_closed"])
async def test_slack_has_the_message_and_lets_nobody_edit_it(town: Town, code: str) -> None:
    failure = await _slack(town, Fault(answer=_slack_says(code)))
    assert type(failure) is Unchangeable
    assert code in failure.reason


@pytest.mark.parametrize("code", ["message_not_found", "thread_not_found", "is_inactive"])
async def test_slack_has_no_such_message_any_more(town: Town, code: str) -> None:
    failure = await _slack(town, Fault(answer=_slack_says(code)))
    assert type(failure) is AlreadyDone
    assert code in failure.reason


@pytest.mark.parametrize(
    "code",
    [
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "invalid_auth",
        "token_revoked",
        "account_inactive",
        "missing_scope",
        "invalid_blocks",
        "msg_too_long",
        "never heard of",
    ],
)
async def test_slack_refuses_for_good(town: Town, code: str) -> None:
    failure = await _slack(town, Fault(answer=_slack_says(code)))
    assert type(failure) is GiveUp
    assert code in failure.reason


async def _linear_error(town: Town, *faults: Fault, api: LinearApi | None = None) -> Exception:
    """Return what the client raises when a question meets this fault."""
    town.linear.faults.plant("Teams", *faults)
    try:
        await (api or town.linear_api).run("Teams", {"after": None})
    except (LinearError, httpx.TransportError) as error:
        return error
    raise AssertionError("the question was answered")


async def _linear(town: Town, *faults: Fault, api: LinearApi | None = None) -> DeliveryFailure:
    return linear_failure(await _linear_error(town, *faults, api=api))


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (rate_limited_answer(retry_after=12), 12.0),
        (rate_limited_answer(), LINEAR_PAUSE_SECONDS),
        (rate_limited_answer(status=429), LINEAR_PAUSE_SECONDS),
        (rate_limited_answer(status=200, retry_after=3), 3.0),
        (Answer(429, "slow down", {"Retry-After": "1.5"}, "text/plain"), 1.5),
        (_html(429), LINEAR_PAUSE_SECONDS),
    ],
)
async def test_linear_asks_to_wait(town: Town, answer: Answer, seconds: float) -> None:
    failure = await _linear(town, Fault(answer=answer))
    assert isinstance(failure, RetryAfter)
    assert failure.seconds == seconds


@pytest.mark.parametrize("answer", [authentication_answer(), forbidden_answer(), _html(401), _html(403)])
async def test_linear_does_not_take_the_credential(town: Town, answer: Answer) -> None:
    failure = await _linear(town, Fault(answer=answer))
    assert type(failure) is GiveUp
    assert "credential" in failure.reason


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(internal_error_answer(500), id="500"),
        pytest.param(internal_error_answer(200), id="internal error with 200"),
        pytest.param(_html(502), id="502 in HTML"),
        pytest.param(_html(200), id="a proxy's page"),
        pytest.param(Answer(503, ""), id="503 without a body"),
        pytest.param(Answer(200, "[]"), id="an answer that is no object"),
        pytest.param(Answer(200, "{}"), id="an answer that says nothing"),
        pytest.param(Answer(200, '{"data":null}'), id="no data"),
        pytest.param(Answer(200, '{"errors":[]}'), id="no errors and no data"),
        pytest.param(Answer(200, '{"errors":{"message":"x"}}'), id="errors that are no list"),
        pytest.param(Answer(200, '{"errors":["x"]}'), id="errors that are words"),
        pytest.param(Answer(200, '{"errors":[{"message":"x"}]}'), id="an error without a code"),
        pytest.param(Answer(200, '{"errors":[{"extensions":{"code":"LOCK_TIMEOUT"}}]}'), id="LOCK_TIMEOUT"),
    ],
)
async def test_linear_may_have_done_it(town: Town, answer: Answer) -> None:
    assert type(await _linear(town, Fault(answer=answer))) is Ambiguous


async def test_linears_answer_is_lost(town: Town) -> None:
    assert type(await _linear(town, Fault(drop=True))) is Ambiguous


async def test_linear_does_not_answer_in_time() -> None:
    assert type(linear_failure(httpx.ReadTimeout("late"))) is Ambiguous


async def test_linear_cannot_be_reached(town: Town) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/graphql"
        async with plain_http() as http:
            api = LinearApi(http, url=url, credential=ApiKey("key"), clock=town.now)
            assert type(await _linear(town, api=api)) is NotSent


async def test_linear_refuses_for_good_and_its_words_are_kept(town: Town) -> None:
    answer = Answer(400, '{"errors":[{"message":"Team key is in use","extensions":{"code":"INPUT_ERROR"}}]}')
    failure = await _linear(town, Fault(answer=answer))
    assert type(failure) is GiveUp
    assert failure.reason == "Linear refuses: INPUT_ERROR: Team key is in use"


@pytest.mark.parametrize("status", [200, 400])
async def test_a_conflict_is_ours_only_with_our_entity_and_our_id(town: Town, status: int) -> None:
    town.linear.conflict_status = status
    ours, theirs = "b1c2a3d4-0000-4000-8000-000000000001", "b1c2a3d4-0000-4000-8000-000000000002"
    team = {"input": {"id": ours, "name": "Acme"}}
    await town.linear_api.run("TeamCreate", team)
    with pytest.raises(LinearError) as caught:
        await town.linear_api.run("TeamCreate", team)
    assert is_conflict(caught.value, "Team", ours)
    assert not is_conflict(caught.value, "Issue", ours)
    assert not is_conflict(caught.value, "Team", theirs)
    assert type(linear_failure(caught.value)) is GiveUp


async def test_what_the_credential_may_not_do_is_told_apart_from_the_rest(town: Town) -> None:
    town.dana.may_create_teams = False
    with pytest.raises(LinearError) as caught:
        await town.linear_api.run("TeamCreate", {"input": {"name": "Acme"}})
    assert is_forbidden(caught.value)
    denied = await _linear_error(town, Fault(answer=authentication_answer()))
    assert isinstance(denied, LinearError)
    assert not is_forbidden(denied)


@pytest.mark.parametrize("named", [slack_failure, linear_failure])
async def test_what_is_no_failure_of_theirs_stays_what_it_is(named: Callable[[Exception], object]) -> None:
    with pytest.raises(KeyError):
        named(KeyError("a mistake of ours"))
