"""Bad weather: answers in place of Linear's, lost answers, held ones."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from sandbox.faults import Fault
from sandbox.linear.errors import (
    authentication_answer,
    forbidden_answer,
    internal_error_answer,
    rate_limited_answer,
)
from tests.sandbox.linear.bench import ISSUE_CREATE, Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")

VIEWER = "query Viewer { viewer { id } }"


async def test_an_answer_in_place_of_the_operation(bench: Bench) -> None:
    bench.linear.faults.plant("IssueCreate", Fault(answer=internal_error_answer(503)))
    sent = {"input": {"teamId": bench.team.id, "title": "Late"}}
    response = await bench.post(ISSUE_CREATE, sent)
    assert response.status_code == 503
    assert "X-RateLimit-Requests-Remaining" in response.headers
    assert bench.linear.issues() == []
    assert (bench.linear.calls[0].error, bench.linear.calls[0].carried_out) == ("fault:503", False)
    assert (await bench.post(ISSUE_CREATE, sent)).status_code == 200


async def test_a_lost_answer_leaves_the_issue_behind(bench: Bench) -> None:
    bench.linear.faults.plant("IssueCreate", Fault(drop=True, commit=True))
    sent = {"input": {"id": str(uuid4()), "teamId": bench.team.id, "title": "Late"}}
    with pytest.raises(httpx.TransportError):
        await bench.post(ISSUE_CREATE, sent)
    assert len(bench.linear.issues()) == 1
    assert (bench.linear.calls[0].error, bench.linear.calls[0].carried_out) == ("dropped", True)
    assert bench.linear.calls[0].status is None
    assert (await bench.error(ISSUE_CREATE, sent))["message"] == "conflict on insert of Issue"


async def test_a_lost_request_leaves_nothing_behind(bench: Bench) -> None:
    bench.linear.faults.plant("*", Fault(drop=True))
    with pytest.raises(httpx.TransportError):
        await bench.create()
    assert bench.linear.issues() == []
    await bench.create()


async def test_the_operations_own_fault_comes_before_the_common_one(bench: Bench) -> None:
    bench.linear.faults.plant("*", Fault(answer=internal_error_answer(502)))
    bench.linear.faults.plant("Viewer", Fault(answer=internal_error_answer(503)))
    assert [(await bench.post(VIEWER)).status_code for _ in range(3)] == [503, 502, 200]


async def test_a_held_call_waits_after_it_is_committed(bench: Bench) -> None:
    held = asyncio.Event()
    bench.linear.faults.plant("IssueCreate", Fault(hold=held, commit=True))
    creating = asyncio.create_task(bench.create())
    await bench.linear.wait_until(lambda: len(bench.linear.issues()) == 1)
    assert not creating.done()
    assert not bench.linear.calls[0].ok
    held.set()
    assert (await creating)["identifier"] == "ENG-1"
    assert bench.linear.calls[0].ok


async def test_ready_made_answers(bench: Bench) -> None:
    bench.linear.faults.plant(
        "Viewer",
        Fault(answer=rate_limited_answer(reset_ms=1_800_000_060_000, retry_after=60)),
        Fault(answer=rate_limited_answer(status=429)),
        Fault(answer=authentication_answer()),
        Fault(answer=forbidden_answer()),
        Fault(answer=internal_error_answer()),
    )
    answers = [await bench.post(VIEWER) for _ in range(5)]
    codes = [one.json()["errors"][0]["extensions"]["code"] for one in answers]
    assert [one.status_code for one in answers] == [400, 429, 401, 403, 500]
    assert codes[:2] == ["RATELIMITED", "RATELIMITED"]
    assert codes[2:] == ["AUTHENTICATION_ERROR", "FORBIDDEN", "INTERNAL_SERVER_ERROR"]
    assert answers[0].headers["X-RateLimit-Requests-Reset"] == "1800000060000"
    assert answers[0].headers["X-RateLimit-Requests-Remaining"] == "0"
    assert answers[0].headers["Retry-After"] == "60"


async def test_waiting_ends_when_it_is_so_and_says_what_came_instead(bench: Bench) -> None:
    await bench.post(VIEWER)
    await bench.linear.wait_until(lambda: bench.linear.calls_of("Viewer") != [])
    with pytest.raises(TimeoutError, match="Call Viewer 200"):
        await bench.linear.wait_until(lambda: False, seconds=0.01)
