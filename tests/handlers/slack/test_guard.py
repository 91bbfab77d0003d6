"""What stands before Bolt, over HTTP: bad input is 4xx, never 5xx, and good input gets through."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from handlers.slack.guard import BODY_LIMIT
from sandbox.slack.delivery import sign
from tests.handlers.slack.door import (
    COMMAND,
    EVENT,
    FORM,
    JSON,
    NOW,
    SECRET,
    SUBMISSION,
    USER,
    VIEW,
    Door,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

BODY = json.dumps(EVENT).encode()
SIGNATURE = sign(SECRET, NOW, BODY)["X-Slack-Signature"]
WINDOW = 300  # seconds, both ways


def without(payload: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in payload.items() if key not in keys}


def nested(depth: int) -> bytes:
    event = b'{"type": "x", "deep": ' + b"[" * depth + b"]" * depth + b"}"
    return b'{"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": ' + event + b"}"


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "v0=",
        SIGNATURE[:-1],
        SIGNATURE.upper(),
        SIGNATURE.replace("v0=", "v1="),
        sign("another-secret", NOW, BODY)["X-Slack-Signature"],
        sign(SECRET, NOW, BODY + b" ")["X-Slack-Signature"],
        sign(SECRET, NOW - 1, BODY)["X-Slack-Signature"],
        "v0=é".encode(),
        b"\xff\xfe",
    ],
)
async def test_a_request_that_slack_did_not_sign_is_refused(door: Door, signature: str | bytes) -> None:
    assert (await door.send(BODY, x_slack_signature=signature)).status_code == 401


@pytest.mark.parametrize(
    "timestamp",
    [
        "",
        "soon",
        f"{NOW}.5",
        f"+{NOW}",
        f"-{NOW}",
        f"{NOW}e0",
        f"1_{NOW}",
        "0x10",
        "nan",
        "\N{ARABIC-INDIC DIGIT ONE}".encode(),
        "\N{FULLWIDTH DIGIT ONE}".encode(),
        b"\xb2",  # superscript two, in the encoding of headers
        "9" * 5_000,  # more digits than Python makes a number of
        "9" * 400,
    ],
)
async def test_a_time_that_is_no_time_is_refused(door: Door, timestamp: str | bytes) -> None:
    assert (await door.send(BODY, x_slack_request_timestamp=timestamp)).status_code == 401


@pytest.mark.parametrize(
    ("seconds", "status"),
    [
        (-360, 401),
        (-WINDOW - 1, 401),
        (-WINDOW, 200),
        (0, 200),
        (WINDOW, 200),
        (WINDOW + 1, 401),
        (360, 401),
    ],
)
async def test_a_signature_is_good_for_five_minutes(door: Door, seconds: int, status: int) -> None:
    signed = {name.lower().replace("-", "_"): value for name, value in sign(SECRET, NOW + seconds, BODY).items()}
    assert (await door.send(BODY, **signed)).status_code == status


async def test_without_both_headers_a_request_is_refused(door: Door) -> None:
    answer = await door.send(BODY, x_slack_signature="", x_slack_request_timestamp="")
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"nonsense",
        b'{"type": "event_callback"',
        b'{"type": "\xff"}',
        json.dumps(EVENT).encode("utf-16"),
        b"[]",
        b"null",
        b"7",
        b'"event_callback"',
        b"{}",
        b'{"type": null}',
        b'{"type": ["event_callback"]}',
        b'{"type": "nonsense"}',
        b'{"type": "view_submission"}',
        b'{"type": NaN}',
        b'{"type": ' + b"9" * 5_000 + b"}",
        b'{"type": "url_verification"}',
        b'{"type": "url_verification", "challenge": 7}',
        b"[" * 100_000,
        b'{"type": "event_callback", "event": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
    ],
    ids=lambda body: f"{body[:40]!r}",
)
async def test_json_that_slack_never_sends_is_refused(door: Door, body: bytes) -> None:
    assert (await door.send(body)).status_code == 400


@pytest.mark.parametrize("key", ["type", "event", "event_id", "team_id"])
@pytest.mark.parametrize("value", [None, 7, [], "missing"], ids=repr)
async def test_an_event_without_its_parts_is_refused(door: Door, key: str, value: Any) -> None:
    broken = without(EVENT, key) if value == "missing" else {**EVENT, key: value}
    assert (await door.send_json(broken)).status_code == 400


@pytest.mark.parametrize("key", ["command", "trigger_id", "user_id", "team_id", "channel_id"])
async def test_a_command_without_its_parts_is_refused(door: Door, key: str) -> None:
    assert (await door.send_form(without(COMMAND, key))).status_code == 400
    assert (await door.send_form({**COMMAND, key: ""})).status_code == 400


@pytest.mark.parametrize("payload", ["", "nonsense", "[]", "7", "null", "{}", '{"type": "nonsense"}', "[" * 50_000])
async def test_a_payload_that_is_none_is_refused(door: Door, payload: str) -> None:
    assert (await door.send_form({"payload": payload})).status_code == 400


@pytest.mark.parametrize("key", ["type", "id", "callback_id"])
async def test_a_view_without_its_parts_is_refused(door: Door, key: str) -> None:
    for view in (without(VIEW, key), {**VIEW, key: None}, {**VIEW, key: 7}):
        assert (await door.send_payload({**SUBMISSION, "view": view})).status_code == 400


@pytest.mark.parametrize(
    "payload",
    [
        without(SUBMISSION, "view"),
        without(SUBMISSION, "user"),
        {**SUBMISSION, "user": {}},
        {**SUBMISSION, "user": {"id": 7}},
        {**SUBMISSION, "view": []},
        {"type": "block_actions", "user": USER},
        {"type": "block_actions", "actions": {}, "user": USER},
        {"type": "block_actions", "actions": [], "user": USER},
        {"type": "block_suggestion", "action_id": "a", "user": USER},
        {**SUBMISSION, "user": {**USER, "team_id": 7}},
        {"type": "shortcut", "user": USER, "trigger_id": "1"},
        {"type": "message_action", "user": USER, "trigger_id": "1", "callback_id": "x", "channel": {}},
    ],
    ids=json.dumps,
)
async def test_an_interaction_without_its_parts_is_refused(door: Door, payload: dict[str, Any]) -> None:
    assert (await door.send_payload(payload)).status_code == 400


async def test_no_depth_of_nesting_is_too_deep_for_an_answer(door: Door) -> None:
    # Where the parser's stack ends differs between versions of Python: look for it, then all around it.
    fits, too_deep = 100, 400_000
    while too_deep - fits > 1:
        middle = (fits + too_deep) // 2
        if (await door.send(nested(middle))).status_code == 200:
            fits = middle
        else:
            too_deep = middle
    around = [await door.send(nested(depth)) for depth in range(fits - 15, fits + 15)]
    assert {answer.status_code for answer in around} == {200, 400}


@pytest.mark.parametrize("spare", [0, 1])
async def test_a_body_may_be_as_large_as_the_limit_and_no_larger(door: Door, spare: int) -> None:
    body = json.dumps({**EVENT, "padding": ""}).encode()
    body = body.replace(b'"padding": "', b'"padding": "' + b"x" * (BODY_LIMIT - len(body) + spare))
    assert (await door.send(body)).status_code == (413 if spare else 200)


async def test_a_body_that_does_not_tell_its_size_is_cut_off_at_the_limit(door: Door) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 50_000

    answer = await door.http.post(door.url, content=endless(), headers={"content-type": JSON})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("", 400),
        ("text/plain", 400),
        ("application/jsonp", 400),
        ("multipart/form-data; boundary=x", 400),
        (";", 400),
        (FORM, 400),
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
    ],
)
async def test_the_content_type_is_json_or_a_form(door: Door, content_type: str, status: int) -> None:
    assert (await door.send(BODY, content_type)).status_code == status


async def test_slacks_check_of_the_certificate_is_answered_unsigned(door: Door) -> None:
    answer = await door.http.post(door.url, content=b"ssl_check=1&token=x", headers={"content-type": FORM})
    assert (answer.status_code, answer.text) == (200, "")


async def test_a_check_of_the_certificate_runs_no_command(door: Door) -> None:
    body = b"ssl_check=1&command=%2Fthreadline&text=help&trigger_id=1&user_id=U1&team_id=T1&channel_id=C1"
    answer = await door.http.post(door.url, content=body, headers={"content-type": FORM})
    assert (answer.status_code, answer.text) == (200, "")


async def test_only_a_form_is_a_check_of_the_certificate(door: Door) -> None:
    answer = await door.http.post(door.url, content=b"ssl_check=1", headers={"content-type": JSON})
    assert answer.status_code == 401


async def test_an_unsigned_command_is_refused_whatever_else_it_says(door: Door) -> None:
    body = b"command=%2Fthreadline&trigger_id=1&user_id=U1&team_id=T1&channel_id=C1&ssl_check=1"
    answer = await door.http.post(door.url, content=body, headers={"content-type": FORM})
    assert answer.status_code == 401


@pytest.mark.parametrize("challenge", ["3eZbrw1aB", "", "é\U0001f600", "\ud800"])
async def test_the_challenge_is_answered(door: Door, challenge: str) -> None:
    answer = await door.send_json({"type": "url_verification", "challenge": challenge, "token": "x"})
    assert answer.status_code == 200
    assert answer.json() == {"challenge": challenge}


@pytest.mark.parametrize(
    "kind", ["reaction_added", "message", "app_home_opened", "app_uninstalled", "nobody_ever_heard_of", ""]
)
async def test_every_event_is_taken_known_or_not(door: Door, kind: str) -> None:
    assert (await door.send_json({**EVENT, "event": {"type": kind, "user": "U1"}})).status_code == 200


async def test_slacks_word_that_it_sends_too_much_is_taken(door: Door) -> None:
    answer = await door.send_json({"type": "app_rate_limited", "team_id": "T1", "minute_rate_limited": 1})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "payload",
    [
        SUBMISSION,
        {
            "type": "block_actions",
            "team": {"id": "T1"},
            "user": USER,
            "actions": [{"action_id": "a", "type": "button"}],
        },
        {"type": "shortcut", "team": {"id": "T1"}, "user": USER, "callback_id": "unknown", "trigger_id": "1"},
    ],
    ids=lambda payload: payload["type"],
)
async def test_an_interaction_that_we_do_not_know_is_taken(door: Door, payload: dict[str, Any]) -> None:
    answer = await door.send_payload(payload)
    assert (answer.status_code, answer.text) == (200, "")


async def test_a_signed_command_gets_through(door: Door) -> None:
    answer = await door.send_form(COMMAND)
    assert answer.status_code == 200
    assert answer.json()["text"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
async def test_only_posts_are_taken(door: Door, method: str) -> None:
    assert (await door.http.request(method, door.url)).status_code == 405
