"""What surrounds an operation: credentials, validation, budgets, costs, and the record of calls."""

from typing import Any

import httpx
import pytest

from sandbox.linear.budget import Limits
from tests.sandbox.linear.bench import COMMENT_CREATE, ISSUE_CREATE, Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")

VIEWER = "query Viewer { viewer { id name isMe } organization { urlKey customersEnabled securitySettings } }"
ISSUES_SINCE = """
query IssuesUpdatedSince($teamIds: [ID!]!, $since: DateTimeOrDuration!, $first: Int = 50) {
  issues(first: $first, filter: { team: { id: { in: $teamIds } }, updatedAt: { gte: $since } }) {
    nodes {
      id identifier title description priority url createdAt updatedAt archivedAt trashed startedAt completedAt
      canceledAt labelIds previousIdentifiers
      state { id name type } team { id key } assignee { id name email } creator { id app }
      botActor { id type name userDisplayName }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""


async def test_a_key_speaks_for_its_person(bench: Bench) -> None:
    assert await bench.data(VIEWER) == {
        "viewer": {"id": bench.ada.id, "name": "Ada", "isMe": True},
        "organization": {
            "urlKey": "vendor",
            "customersEnabled": False,
            "securitySettings": {"teamCreationRole": "user"},
        },
    }


async def test_a_token_stands_behind_bearer(bench: Bench) -> None:
    app = bench.linear.add_user(bench.vendor, "Threadline", "id@oauthapp.linear.app", app=True)
    token = bench.linear.add_oauth_token(app)
    assert token.startswith("lin_oauth_")
    viewer = await bench.data("{ viewer { app } }", authorization=f"Bearer {token}")
    assert viewer == {"app": True}
    assert (await bench.post(VIEWER, authorization=token)).status_code == 401


@pytest.mark.parametrize("authorization", ["", "lin_api_unknown", "Bearer lin_oauth_unknown", "Basic abc"])
async def test_strangers_are_refused(bench: Bench, authorization: str) -> None:
    response = await bench.post(VIEWER, authorization=authorization)
    assert response.status_code == 401
    assert response.json() == {
        "errors": [
            {
                "message": "Authentication required, not authenticated",
                "extensions": {
                    "type": "authentication error",
                    "code": "AUTHENTICATION_ERROR",
                    "statusCode": 401,
                    "userError": True,
                    "userPresentableMessage": "You need to authenticate to access this operation.",
                },
            }
        ]
    }


async def test_a_key_behind_bearer_is_told_so(bench: Bench) -> None:
    response = await bench.post(VIEWER, authorization=f"Bearer {bench.key}")
    assert response.status_code == 401
    assert "Remove the Bearer prefix" in response.json()["errors"][0]["message"]


async def test_a_revoked_key_is_refused(bench: Bench) -> None:
    bench.linear.revoke(bench.key)
    assert (await bench.post(VIEWER)).status_code == 401
    assert bench.linear.calls[-1].error == "AUTHENTICATION_ERROR"


@pytest.mark.parametrize(
    ("query", "variables", "code", "words"),
    [
        ("{ viewer { shoeSize } }", None, "GRAPHQL_VALIDATION_FAILED", "Cannot query field 'shoeSize'"),
        ("{ viewer { ", None, "GRAPHQL_PARSE_FAILED", "Syntax Error"),
        ("", None, "GRAPHQL_PARSE_FAILED", "Syntax Error"),
        (ISSUE_CREATE, {"input": {"title": "No team"}}, "BAD_USER_INPUT", "teamId"),
        (ISSUE_CREATE, {"input": {"teamId": "x", "priority": "high"}}, "BAD_USER_INPUT", "priority"),
        (ISSUES_SINCE, {"teamIds": [], "since": "last week"}, "BAD_USER_INPUT", "DateTimeOrDuration"),
        ("query A { viewer { id } } query B { viewer { id } }", None, "OPERATION_RESOLUTION_FAILURE", "name"),
    ],
)
async def test_what_does_not_fit_the_schema_is_refused(
    bench: Bench, query: str, variables: dict[str, Any] | None, code: str, words: str
) -> None:
    response = await bench.post(query, variables)
    assert response.status_code == 400
    error = response.json()["errors"][0]
    assert (error["extensions"]["code"], error["extensions"]["type"]) == (code, "graphql error")
    assert words in error["message"]
    assert "data" not in response.json()


async def test_what_is_no_json_is_refused(bench: Bench) -> None:
    response = await bench.http.post("/graphql", content=b"query", headers={"Authorization": bench.key})
    assert response.status_code == 400


async def test_the_operation_of_the_name_is_carried_out(bench: Bench) -> None:
    two = "query A { viewer { id } } query B { viewer { name } }"
    assert await bench.data(two, operation="B") == {"name": "Ada"}
    assert bench.linear.calls[-1].operation == "B"
    response = await bench.post(two, operation="C")
    assert response.json()["errors"][0]["message"] == 'Unknown operation named "C".'


def _left(response: httpx.Response) -> tuple[int, int]:
    headers = response.headers
    return (
        int(headers["X-RateLimit-Requests-Remaining"]),
        int(headers["X-RateLimit-Complexity-Remaining"]),
    )


async def test_every_answer_tells_the_budget(bench: Bench) -> None:
    response = await bench.post(VIEWER)
    assert response.headers["X-Complexity"] == "3"
    assert response.headers["X-RateLimit-Requests-Limit"] == "2500"
    assert response.headers["X-RateLimit-Requests-Reset"] == str(1_800_000_000_000 + 1440)
    assert response.headers["X-RateLimit-Complexity-Limit"] == "3000000"
    assert int(response.headers["X-RateLimit-Complexity-Reset"]) > 1_800_000_000_000
    assert _left(response) == (2499, 2_999_997)
    assert _left(await bench.post("{ nonsense }")) == (2498, 2_999_997)
    stranger = await bench.post(VIEWER, authorization="")
    assert stranger.headers["X-RateLimit-Requests-Limit"] == "600"


async def test_keys_of_one_person_share_a_budget_and_tokens_have_their_own(bench: Bench) -> None:
    await bench.post(VIEWER)
    second = bench.linear.add_api_key(bench.ada)
    assert _left(await bench.post(VIEWER, authorization=second))[0] == 2498
    token = bench.linear.add_oauth_token(bench.ada)
    assert _left(await bench.post(VIEWER, authorization=f"Bearer {token}"))[0] == 4999


async def test_a_spent_budget_refuses_until_it_has_leaked(bench: Bench) -> None:
    bench.linear.limits["api_key"] = Limits(requests=2, points=3_000_000)
    for _ in range(2):
        assert (await bench.post(VIEWER)).status_code == 200
    response = await bench.post(ISSUE_CREATE, {"input": {"teamId": bench.team.id, "title": "Late"}})
    assert response.status_code == 400
    assert response.json() == {
        "errors": [
            {
                "message": "Rate limit exceeded. Only 2 requests are allowed per 1 hour.",
                "extensions": {
                    "type": "ratelimited",
                    "code": "RATELIMITED",
                    "statusCode": 429,
                    "userError": True,
                },
            }
        ]
    }
    assert response.headers["X-RateLimit-Requests-Remaining"] == "0"
    assert response.headers["X-RateLimit-Requests-Reset"] == "1800003600000"
    assert bench.linear.issues() == []
    bench.clock.move(1800)
    assert (await bench.post(VIEWER)).status_code == 200
    assert (await bench.post(VIEWER)).status_code == 400


async def test_points_run_out_too(bench: Bench) -> None:
    bench.linear.limits["api_key"] = Limits(requests=2_500, points=5)
    assert (await bench.post(VIEWER)).status_code == 200
    error = await bench.error(VIEWER)
    assert error["extensions"]["code"] == "RATELIMITED"
    bench.clock.move(3600)
    assert (await bench.post(VIEWER)).status_code == 200


async def test_costs_follow_the_documented_formula(bench: Bench) -> None:
    await bench.create()
    await bench.data(COMMENT_CREATE, {"input": {"issueId": "ENG-1", "body": "Hm"}})
    since = {"teamIds": [bench.team.id], "since": "-PT2H"}
    await bench.data(ISSUES_SINCE, since)
    await bench.data(ISSUES_SINCE, {**since, "first": 10})
    await bench.data("{ issues(first: 3) { edges { cursor node { id comments { nodes { id } } } } } }")
    # The first four are the reference's own estimates; the last is 3 x (cursor 0.1 + issue 1.1 + 50 x 1.1).
    assert [call.complexity for call in bench.linear.calls] == [11, 9, 445, 89, 169]


async def test_a_query_of_more_than_ten_thousand_points_is_refused(bench: Bench) -> None:
    query = "{ issues(first: 250) { nodes { comments(first: 250) { nodes { id } } } } }"
    response = await bench.post(query)
    assert response.status_code == 400
    assert "too complex" in response.json()["errors"][0]["message"]


async def test_the_status_of_the_budget_can_be_asked(bench: Bench) -> None:
    query = "{ rateLimitStatus { identifier kind limits { type allowedAmount remainingAmount period reset } } }"
    status = await bench.data(query)
    assert (status["identifier"], status["kind"]) == (bench.ada.id, "api_key")
    assert status["limits"][0] == {
        "type": "requests",
        "allowedAmount": 2500,
        "remainingAmount": 2499,
        "period": 3_600_000,
        "reset": 1_800_000_001_440,
    }


async def test_calls_are_recorded(bench: Bench) -> None:
    await bench.create("Late")
    bench.clock.move(5)
    await bench.post("{ viewer { id } }")
    await bench.post('query Q { issue(id: "ENG-7") { id } }')
    first, second, third = bench.linear.calls
    assert (first.operation, first.at, first.ok, first.carried_out) == ("IssueCreate", 1_800_000_000, True, True)
    assert first.variables["input"]["title"] == "Late"
    assert first.authorization == bench.key
    assert (second.operation, second.at, second.status) == ("viewer", 1_800_000_005, 200)
    assert (third.error, third.ok, third.carried_out) == ("INPUT_ERROR", False, True)
    assert bench.linear.calls_of("Q") == [third]
