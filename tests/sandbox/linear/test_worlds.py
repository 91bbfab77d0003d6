"""Workspaces, teams, states, users: who sees what, who may create teams, and how lists are cut into pages."""

import re
from typing import Any
from uuid import uuid4

import pytest

from tests.sandbox.linear.bench import COMMENT_CREATE, ISSUE_CREATE, TEAM_CREATE, Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEAM_BY_NAME = "query TeamByName($name: String!) { teams(filter: {name: {eqIgnoreCase: $name}}) { nodes { key } } }"
ISSUES = """
query Issues($first: Int, $after: String, $by: PaginationOrderBy, $filter: IssueFilter) {
  issues(first: $first, after: $after, orderBy: $by, filter: $filter, includeArchived: true) {
    nodes { identifier }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


def _identifiers(page: Any) -> list[str]:
    return [node["identifier"] for node in page["nodes"]]


async def test_a_team_is_created_with_linears_states(bench: Bench) -> None:
    wanted = str(uuid4())
    sent = {"input": {"id": wanted, "name": "Acme Ltd", "private": True, "triageEnabled": True}}
    team = (await bench.data(TEAM_CREATE, sent))["team"]
    assert (team["id"], team["key"], team["visibility"]) == (wanted, "ACM", "private")
    states = sorted(team["states"]["nodes"], key=lambda state: (state["position"], state["name"]))
    assert [(state["name"], state["type"]) for state in states] == [
        ("Backlog", "backlog"),
        ("Triage", "triage"),
        ("Todo", "unstarted"),
        ("In Progress", "started"),
        ("Done", "completed"),
        ("Canceled", "canceled"),
        ("Duplicate", "duplicate"),
        ("In Review", "started"),
    ]
    assert await bench.data(TEAM_BY_NAME, {"name": "acme ltd"}) == {"nodes": [{"key": "ACM"}]}
    assert (await bench.error(TEAM_CREATE, sent))["message"] == "conflict on insert of Team"


async def test_team_names_repeat_and_keys_do_not(bench: Bench) -> None:
    keys = [(await bench.data(TEAM_CREATE, {"input": {"name": "Acme"}}))["team"]["key"] for _ in range(4)]
    assert keys == ["ACM", "ACME", "ACM2", "ACM3"]
    error = await bench.error(TEAM_CREATE, {"input": {"name": "Other", "key": "eng"}})
    assert error["extensions"]["code"] == "INPUT_ERROR"
    assert (await bench.error(TEAM_CREATE, {"input": {"name": " "}}))["extensions"]["code"] == "INVALID_INPUT"
    error = await bench.error(TEAM_CREATE, {"input": {"name": "Other", "key": "too long a key"}})
    assert error["extensions"]["code"] == "INVALID_INPUT"


async def test_team_creation_is_allowed_by_role_or_by_name(bench: Bench) -> None:
    member = bench.linear.add_user(bench.vendor, "Bo", "bo@vendor.example", admin=False)
    key = bench.linear.add_api_key(member)
    sent = {"input": {"name": "Acme"}}
    await bench.data(TEAM_CREATE, sent, authorization=key)
    bench.vendor.team_creation_role = "admin"
    error = await bench.error(TEAM_CREATE, sent, authorization=key)
    assert (error["extensions"]["type"], error["extensions"]["statusCode"]) == ("forbidden", 403)
    await bench.data(TEAM_CREATE, sent)
    member.may_create_teams = True
    await bench.data(TEAM_CREATE, sent, authorization=key)
    bench.ada.may_create_teams = False
    assert (await bench.error(TEAM_CREATE, sent))["extensions"]["code"] == "FORBIDDEN"


async def test_workspaces_do_not_see_each_other(bench: Bench) -> None:
    rival = bench.linear.add_organization("Rival", "rival")
    eve = bench.linear.add_user(rival, "Eve", "eve@rival.example")
    bench.linear.add_team(rival, "Engineering", "ENG")
    key = bench.linear.add_api_key(eve)
    issue = await bench.create()
    comment = await bench.data(COMMENT_CREATE, {"input": {"issueId": issue["id"], "body": "Secret"}})
    for query, wanted, entity in (
        ("query($id: String!) { issue(id: $id) { title } }", issue["id"], "Issue"),
        ("query($id: String!) { issue(id: $id) { title } }", "ENG-1", "Issue"),
        ("query($id: String) { comment(id: $id) { body } }", comment["comment"]["id"], "Comment"),
        ("query($id: String!) { team(id: $id) { name } }", bench.team.id, "Team"),
        ("query($id: String!) { user(id: $id) { name } }", bench.ada.id, "User"),
        ("mutation($id: String!) { issueDelete(id: $id) { success } }", issue["id"], "Issue"),
        ("mutation($id: String!) { commentDelete(id: $id) { success } }", comment["comment"]["id"], "Comment"),
    ):
        error = await bench.error(query, {"id": wanted}, authorization=key)
        assert error["message"] == f"Entity not found: {entity}"
    lists = "{ issues { nodes { id } } comments { nodes { id } } users { nodes { name } } teams { nodes { id } } }"
    seen = await bench.data(lists, authorization=key)
    assert (seen["issues"]["nodes"], seen["comments"]["nodes"]) == ([], [])
    assert seen["users"]["nodes"] == [{"name": "Eve"}]
    assert len(seen["teams"]["nodes"]) == 1
    sent = {"input": {"teamId": bench.team.id, "title": "Intruder"}}
    assert (await bench.error(ISSUE_CREATE, sent, authorization=key))["message"] == "Entity not found: Team"


async def test_a_private_team_is_seen_by_its_members(bench: Bench) -> None:
    secret = bench.linear.add_team(bench.vendor, "Secret", private=True)
    member = bench.linear.add_user(bench.vendor, "Bo", "bo@vendor.example")
    bench.linear.add_member(secret, member)
    bench.linear.as_user(member).raise_issue(secret, "Hush")
    assert (await bench.error('{ issue(id: "SEC-1") { id } }'))["message"] == "Entity not found: Issue"
    assert await bench.data(TEAM_BY_NAME, {"name": "Secret"}) == {"nodes": []}
    bench.linear.add_member(secret, bench.ada)
    query = '{ issue(id: "SEC-1") { title team { members { nodes { name } } } } }'
    found = await bench.data(query)
    assert found["title"] == "Hush"
    assert [one["name"] for one in found["team"]["members"]["nodes"]] == ["Bo", "Ada"]


async def test_issues_come_in_pages_newest_first(bench: Bench) -> None:
    for _ in range(5):
        await bench.create()
        bench.clock.move(1)
    first = await bench.data(ISSUES, {"first": 2})
    assert _identifiers(first) == ["ENG-5", "ENG-4"]
    assert (first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (True, False)
    second = await bench.data(ISSUES, {"first": 2, "after": first["pageInfo"]["endCursor"]})
    assert _identifiers(second) == ["ENG-3", "ENG-2"]
    third = await bench.data(ISSUES, {"first": 2, "after": second["pageInfo"]["endCursor"]})
    assert _identifiers(third) == ["ENG-1"]
    assert (third["pageInfo"]["hasNextPage"], third["pageInfo"]["hasPreviousPage"]) == (False, True)
    beyond = await bench.data(ISSUES, {"after": third["pageInfo"]["endCursor"]})
    assert (beyond["nodes"], beyond["pageInfo"]["endCursor"]) == ([], None)


async def test_paging_by_update_skips_what_moves(bench: Bench) -> None:
    for _ in range(4):
        await bench.create()
    first = await bench.data(ISSUES, {"first": 2, "by": "updatedAt"})
    assert _identifiers(first) == ["ENG-4", "ENG-3"]
    bench.linear.as_user(bench.ada).rename("ENG-2", "Moved to the front")
    rest = await bench.data(ISSUES, {"by": "updatedAt", "after": first["pageInfo"]["endCursor"]})
    assert _identifiers(rest) == ["ENG-1"]


@pytest.mark.parametrize("page", [{"first": 0}, {"first": 251}, {"after": "nowhere"}])
async def test_impossible_pages_are_refused(bench: Bench, page: dict[str, Any]) -> None:
    assert (await bench.error(ISSUES, page))["extensions"]["code"] == "INVALID_INPUT"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"updatedAt": {"gte": "2027-01-15T08:01:00.000Z"}}, ["ENG-2"]),
        ({"updatedAt": {"gte": "-PT30S"}}, ["ENG-2"]),
        ({"updatedAt": {"lt": "-PT30S"}}, ["ENG-1"]),
        ({"createdAt": {"gt": "2027"}}, ["ENG-2", "ENG-1"]),
        ({"id": {"in": ["ENG-1"]}}, ["ENG-1"]),
        ({"id": {"neq": "ENG-1"}}, ["ENG-2"]),
        ({"priority": {"lte": 2, "neq": 0}}, ["ENG-2"]),
        ({"title": {"containsIgnoreCase": "BANANA"}}, ["ENG-1"]),
        ({"title": {"startsWith": "Pears", "notEndsWith": "?"}}, ["ENG-2"]),
        ({"number": {"in": [2, 3]}}, ["ENG-2"]),
        ({"state": {"type": {"nin": ["started", "completed"]}}}, ["ENG-1"]),
        ({"state": {"team": {"key": {"eq": "ENG"}}}}, ["ENG-2", "ENG-1"]),
        ({"assignee": {"null": True}}, ["ENG-1"]),
        ({"assignee": {"isMe": {"eq": True}}}, ["ENG-2"]),
        ({"assignee": {"email": {"eqIgnoreCase": "ADA@vendor.example"}}}, ["ENG-2"]),
        ({"completedAt": {"null": True}}, ["ENG-2", "ENG-1"]),
        ({"completedAt": {"gte": "-P1Y"}}, []),
        ({"or": [{"number": {"eq": 1}}, {"assignee": {"null": False}}]}, ["ENG-2", "ENG-1"]),
        ({"and": [{"number": {"eq": 1}}, {"title": {"neqIgnoreCase": "bananas"}}]}, []),
        ({"team": {"name": {"in": ["Design"]}}}, []),
    ],
)
async def test_issues_are_filtered(bench: Bench, wanted: dict[str, Any], found: list[str]) -> None:
    await bench.create("Bananas")
    bench.clock.move(60)
    await bench.create("Pears, urgent", priority=1, assigneeId=bench.ada.id, stateId=bench.state_id("In Progress"))
    assert _identifiers(await bench.data(ISSUES, {"filter": wanted})) == found


async def test_states_comments_users_and_labels_are_filtered(bench: Bench) -> None:
    await bench.create()
    other = bench.linear.add_team(bench.vendor, "Design")
    bench.linear.add_label(bench.vendor, "Bug")
    bench.linear.add_label(bench.vendor, "Look", other)
    bench.linear.as_user(bench.ada).comment("ENG-1", "Hm")
    query = """
    query($team: ID!) {
      workflowStates(filter: {team: {id: {eq: $team}}, type: {eq: "started"}}) { nodes { name } }
      comments(filter: {issue: {team: {id: {in: [$team]}}}, updatedAt: {gte: "-PT1H"}}) { nodes { body } }
      users(filter: {email: {eqIgnoreCase: "ADA@vendor.example"}, active: {eq: true}}) { nodes { name } }
      issueLabels(filter: {team: {null: true}}) { nodes { name } }
    }
    """
    assert await bench.data(query, {"team": bench.team.id}) == {
        "workflowStates": {"nodes": [{"name": "In Review"}, {"name": "In Progress"}]},
        "comments": {"nodes": [{"body": "Hm"}]},
        "users": {"nodes": [{"name": "Ada"}]},
        "issueLabels": {"nodes": [{"name": "Bug"}]},
    }


async def test_the_whole_state_can_be_looked_at(bench: Bench) -> None:
    bench.linear.webhooks.switches.held = True
    webhook = bench.linear.add_webhook(bench.vendor, "http://localhost:1/hook")
    await bench.create()
    state = (await bench.http.get("/_/state")).json()
    assert [one["url"] for one in state["webhooks"]] == ["http://localhost:1/hook"]
    assert [(one["event"], one["state"], one["attempts"]) for one in state["deliveries"]] == [("Issue", "held", [])]
    assert webhook.secret not in str(state)
    assert [one["urlKey"] for one in state["organizations"]] == ["vendor"]
    assert [one["identifier"] for one in state["issues"]] == ["ENG-1"]
    assert len(state["states"]) == 7
    assert not re.search(r"lin_(api|oauth)_", str(state))
