"""People in Linear's own app, and the log of changes that webhooks are made from."""

import pytest

from sandbox.linear.errors import LinearError
from sandbox.linear.reading import as_text
from tests.sandbox.linear.bench import ATTACHMENT_CREATE, Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_engineer_works_on_an_issue(bench: Bench) -> None:
    issue = await bench.create("Bananas are late")
    bo = bench.linear.add_user(bench.vendor, "Bo", "bo@vendor.example", admin=False)
    engineer = bench.linear.as_user(bo)
    bench.clock.move(60)
    engineer.move("ENG-1", "In Progress")
    engineer.rename("ENG-1", "Pears are late")
    engineer.describe("ENG-1", "They are green.")
    engineer.set_priority(bench.linear.issue("ENG-1"), "High")
    engineer.assign(issue["id"], bo)
    engineer.comment("ENG-1", "On it")
    found = bench.linear.issue("ENG-1")
    assert (found.state, found.title, found.priority, found.assignee) == ("In Progress", "Pears are late", 2, "Bo")
    assert found.updated_at == 1_800_000_060
    assert [(one.author, one.body) for one in found.comments] == [("Bo", "On it")]
    engineer.move("ENG-1", "Duplicate")
    assert engineer.assign("ENG-1", None).assignee is None
    assert engineer.archive("ENG-1").archived
    assert not engineer.restore("ENG-1").archived
    assert engineer.delete("ENG-1").trashed


async def test_changes_are_logged_as_webhooks_tell_them(bench: Bench) -> None:
    await bench.create("Bananas are late")
    bo = bench.linear.add_user(bench.vendor, "Bo", "bo@vendor.example")
    bench.clock.move(60)
    bench.linear.as_user(bo).move("ENG-1", "In Progress")
    created, moved = bench.linear.changes
    assert (created.action, created.type, created.updated_from) == ("create", "Issue", None)
    assert (moved.action, moved.type, moved.at) == ("update", "Issue", 1_800_000_060)
    assert moved.updated_from == {
        "stateId": bench.state_id("Backlog"),
        "startedAt": None,
        "updatedAt": "2027-01-15T08:00:00.000Z",
    }
    assert moved.data["state"]["name"] == "In Progress"
    assert moved.data["updatedAt"] == "2027-01-15T08:01:00.000Z"
    assert moved.actor == {
        "id": bo.id,
        "name": "Bo",
        "email": "bo@vendor.example",
        "url": "https://linear.app/vendor/profiles/bo",
        "type": "user",
    }
    assert moved.url == "https://linear.app/vendor/issue/ENG-1/bananas-are-late"
    assert (moved.organization_id, moved.team_id) == (bench.vendor.id, bench.team.id)
    assert created.data["state"]["name"] == "Backlog"


async def test_deleting_is_a_removal(bench: Bench) -> None:
    await bench.create()
    engineer = bench.linear.as_user(bench.ada)
    comment = engineer.comment("ENG-1", "Teh")
    engineer.edit_comment(comment, "The")
    engineer.delete_comment(comment)
    engineer.delete("ENG-1")
    engineer.delete("ENG-1")
    told = [(one.action, one.type) for one in bench.linear.changes[1:]]
    assert told == [("create", "Comment"), ("update", "Comment"), ("remove", "Comment"), ("remove", "Issue")]
    removed = bench.linear.changes[-1]
    assert removed.data["trashed"] is True
    assert removed.data["archivedAt"] is not None
    assert bench.linear.changes[2].updated_from == {
        "body": "Teh",
        "editedAt": None,
        "updatedAt": "2027-01-15T08:00:00.000Z",
    }


async def test_an_engineer_meets_the_same_refusals(bench: Bench) -> None:
    await bench.create()
    engineer = bench.linear.as_user(bench.ada)
    with pytest.raises(LinearError, match="Entity not found: WorkflowState"):
        engineer.move("ENG-1", "Somewhere")
    with pytest.raises(LinearError, match="Entity not found: Issue"):
        engineer.rename("ENG-2", "Nobody")
    with pytest.raises(LinearError, match="Entity not found: Issue"):
        bench.linear.issue("ENG-2")


async def test_waiting_is_woken_by_an_engineer(bench: Bench) -> None:
    await bench.create()
    engineer = bench.linear.as_user(bench.ada)
    engineer.move("ENG-1", "Done")
    await bench.linear.wait_until(lambda: bench.linear.issue("ENG-1").state == "Done")


async def test_an_issue_reads_well_in_a_terminal(bench: Bench) -> None:
    label = bench.linear.add_label(bench.vendor, "Bug")
    await bench.create("Bananas are late", description="Since Monday.\n\nAll of them.", labelIds=[label.id])
    link = {"issueId": "ENG-1", "url": "https://vendor.slack.com/archives/C1/p1", "title": "Slack thread"}
    await bench.data(ATTACHMENT_CREATE, {"input": link})
    engineer = bench.linear.as_user(bench.ada)
    first = engineer.comment("ENG-1", "On it")
    engineer.comment("ENG-1", "Good", answering=first)
    assert as_text(engineer.delete("ENG-1")).splitlines() == [
        "ENG-1  Bananas are late  [in the trash]",
        "  Engineering | Backlog | No priority | unassigned",
        "  https://linear.app/vendor/issue/ENG-1/bananas-are-late",
        "  labels: Bug",
        "",
        "  Since Monday.",
        "",
        "  All of them.",
        "",
        "  link: Slack thread <https://vendor.slack.com/archives/C1/p1>",
        "",
        "  Ada, 2027-01-15T08:00:00.000Z:",
        "    On it",
        "",
        "    Ada, 2027-01-15T08:00:00.000Z:",
        "      Good",
    ]
    assert len(bench.linear.issues(bench.team)) == 1
