"""What a sync has to live with: things that move, vanish, or are no longer to be seen."""

import pytest

from sandbox.linear.errors import LinearError
from tests.sandbox.linear.bench import ATTACHMENT_CREATE, Bench
from tests.sandbox.linear.ear import Ear

pytestmark = pytest.mark.asyncio(loop_scope="module")

BY_IDS = """
query($ids: [ID!], $since: DateTimeOrDuration) {
  issues(filter: {id: {in: $ids}, updatedAt: {gte: $since}}, includeArchived: true) {
    nodes { identifier archivedAt trashed team { key } previousIdentifiers }
  }
}
"""
COMMENTS = """
query($team: ID!, $since: DateTimeOrDuration) {
  comments(filter: {issue: {team: {id: {eq: $team}}}, updatedAt: {gte: $since}}, orderBy: updatedAt, first: 2) {
    nodes { body issueId }
    pageInfo { hasNextPage }
  }
}
"""


async def test_an_issue_that_is_deleted_for_good_is_a_missing_node(bench: Bench, ear: Ear, ear_url: str) -> None:
    kept, lost = await bench.create("Kept"), await bench.create("Lost")
    engineer = bench.linear.as_user(bench.ada)
    engineer.comment("ENG-2", "Goes too")
    bench.linear.add_webhook(bench.vendor, ear_url)
    engineer.delete("ENG-1")
    engineer.delete_permanently("ENG-2")
    await bench.linear.quiet()
    assert sorted(ear.told) == [("remove", "Issue"), ("remove", "Issue")]
    found = await bench.data(BY_IDS, {"ids": [kept["id"], lost["id"]], "since": "-PT1H"})
    assert [(one["identifier"], one["trashed"]) for one in found["nodes"]] == [("ENG-1", True)]
    assert (await bench.data(COMMENTS, {"team": bench.team.id, "since": "-PT1H"}))["nodes"] == []
    bo = bench.linear.add_user(bench.vendor, "Bo", "bo@vendor.example", admin=False)
    with pytest.raises(LinearError, match="Only admins"):
        bench.linear.as_user(bo).delete_permanently("ENG-1")


async def test_an_issue_that_moves_has_another_team_and_its_old_names(bench: Bench, ear: Ear, ear_url: str) -> None:
    states = [("Neu", "unstarted"), ("In Arbeit", "started"), ("Fertig", "completed")]
    other = bench.linear.add_team(bench.vendor, "Betrieb", "OPS", states=states)
    issue = await bench.create(stateId=bench.state_id("In Progress"))
    bench.linear.add_webhook(bench.vendor, ear_url)
    moved = bench.linear.as_user(bench.ada).move_to_team("ENG-1", other)
    assert (moved.identifier, moved.state) == ("OPS-1", "In Arbeit")
    await bench.linear.quiet()
    body = ear.heard[0].json
    assert body["updatedFrom"]["teamId"] == bench.team.id
    assert body["updatedFrom"]["previousIdentifiers"] == []
    assert body["data"]["previousIdentifiers"] == ["ENG-1"]
    found = await bench.data(BY_IDS, {"ids": [issue["id"]], "since": "-PT1H"})
    assert (found["nodes"][0]["team"]["key"], found["nodes"][0]["previousIdentifiers"]) == ("OPS", ["ENG-1"])
    assert bench.linear.as_user(bench.ada).raise_issue(other, "Fresh").state == "Neu"


async def test_a_team_that_is_made_private_is_gone(bench: Bench, ear: Ear, ear_url: str) -> None:
    bo = bench.linear.add_user(bench.vendor, "Bo", "bo@vendor.example")
    bench.linear.add_member(bench.team, bo)
    issue = await bench.create()
    bench.linear.add_webhook(bench.vendor, ear_url)
    bench.linear.set_private(bench.team)
    bench.linear.as_user(bo).rename("ENG-1", "Hush")
    await bench.linear.quiet()
    assert ear.heard == []
    sent = {"ids": [issue["id"]], "since": "-PT1H"}
    assert (await bench.data(BY_IDS, sent))["nodes"] == []
    assert (await bench.error('{ issue(id: "ENG-1") { id } }'))["message"] == "Entity not found: Issue"
    key = bench.linear.add_api_key(bo)
    assert len((await bench.data(BY_IDS, sent, authorization=key))["nodes"]) == 1
    bench.linear.remove_member(bench.team, bo)
    assert (await bench.data(BY_IDS, sent, authorization=key))["nodes"] == []
    bench.linear.set_private(bench.team, private=False)
    assert len((await bench.data(BY_IDS, sent))["nodes"]) == 1


async def test_triage_is_switched_on_and_off(bench: Bench) -> None:
    bench.linear.set_triage(bench.team)
    assert (await bench.create())["state"]["name"] == "Triage"
    bench.linear.set_triage(bench.team, enabled=False)
    assert (await bench.create())["state"]["name"] == "Backlog"
    assert bench.linear.issue("ENG-1").state_type == "triage"
    bench.linear.set_triage(bench.team)
    assert [state.name for state in bench.team.states].count("Triage") == 1


async def test_states_are_added_and_renamed(bench: Bench) -> None:
    await bench.create()
    engineer = bench.linear.as_user(bench.ada)
    waiting = engineer.add_state(bench.team, "Waiting", "started", 2.5)
    engineer.move("ENG-1", "Waiting")
    bench.clock.move(60)
    engineer.rename_state(waiting, "Blocked")
    assert bench.linear.issue("ENG-1").state == "Blocked"
    query = '{ workflowState(id: "%s") { name updatedAt } }' % waiting.id  # noqa: UP031 - braces are GraphQL's
    assert await bench.data(query) == {"name": "Blocked", "updatedAt": "2027-01-15T08:01:00.000Z"}


async def test_a_duplicate_gives_its_links_to_the_original(bench: Bench, ear_url: str) -> None:
    original, double = await bench.create("First"), await bench.create("Again")
    link = {"issueId": double["id"], "url": "https://vendor.slack.com/archives/C1/p1", "title": "Slack thread"}
    await bench.data(ATTACHMENT_CREATE, {"input": link})
    bench.linear.add_webhook(bench.vendor, ear_url)
    engineer = bench.linear.as_user(bench.ada)
    assert engineer.mark_duplicate("ENG-2", "ENG-1").state_type == "duplicate"
    await bench.linear.quiet()
    told = {one.event: one.payload for one in bench.linear.webhooks.deliveries}
    assert told["Issue"]["data"]["state"]["type"] == "duplicate"
    assert told["Attachment"]["data"]["issueId"] == original["id"]
    assert told["Attachment"]["updatedFrom"]["issueId"] == double["id"]
    query = '{ attachmentsForURL(url: "https://vendor.slack.com/archives/C1/p1") { nodes { %s } } }'
    (found,) = (await bench.data(query % "issue { identifier } originalIssue { identifier }"))["nodes"]
    assert found == {"issue": {"identifier": "ENG-1"}, "originalIssue": {"identifier": "ENG-2"}}
    with pytest.raises(LinearError, match="duplicate of itself"):
        engineer.mark_duplicate("ENG-1", "ENG-1")


async def test_comments_are_found_by_team_and_time_in_pages(bench: Bench) -> None:
    issue = await bench.create()
    engineer = bench.linear.as_user(bench.ada)
    old = engineer.comment("ENG-1", "Old")
    bench.clock.move(7_200)
    for body in ("One", "Two"):
        engineer.comment("ENG-1", body)
    found = await bench.data(COMMENTS, {"team": bench.team.id, "since": "-PT1H"})
    assert ([one["body"] for one in found["nodes"]], found["pageInfo"]["hasNextPage"]) == (["Two", "One"], False)
    engineer.edit_comment(old, "Old, edited")
    found = await bench.data(COMMENTS, {"team": bench.team.id, "since": "-PT1H"})
    assert found["nodes"][0] == {"body": "Old, edited", "issueId": issue["id"]}
    assert found["pageInfo"]["hasNextPage"] is True


async def test_labels_are_told(bench: Bench, ear_url: str) -> None:
    await bench.create()
    bench.linear.add_webhook(bench.vendor, ear_url)
    engineer = bench.linear.as_user(bench.ada)
    bug = engineer.add_label("Bug", bench.team)
    engineer.label("ENG-1", bug)
    engineer.rename_label(bug, "Defect")
    engineer.delete_label(bug)
    await bench.linear.quiet()
    told = [(one.action, one.event, one.payload.get("updatedFrom")) for one in bench.linear.webhooks.deliveries]
    now = "2027-01-15T08:00:00.000Z"
    assert told == [
        ("create", "IssueLabel", None),
        ("update", "Issue", {"labelIds": [], "updatedAt": now}),
        ("update", "IssueLabel", {"name": "Bug", "updatedAt": now}),
        ("update", "Issue", {"labelIds": [bug.id], "updatedAt": now}),
        ("remove", "IssueLabel", None),
    ]
    assert bench.linear.webhooks.deliveries[0].payload["data"]["teamId"] == bench.team.id
    engineer.unlabel("ENG-1", bench.linear.add_label(bench.vendor, "Never there"))
    assert len(bench.linear.webhooks.deliveries) == 5
