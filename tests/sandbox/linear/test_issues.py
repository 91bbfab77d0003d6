"""Issues over the wire: creating, changing, archiving, trashing."""

from uuid import uuid1, uuid4

import pytest

from tests.sandbox.linear.bench import ATTACHMENT_CREATE, ISSUE_CREATE, ISSUE_UPDATE, Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")

ISSUE = "query Issue($id: String!) { issue(id: $id) { id identifier archivedAt trashed } }"


async def test_an_issue_is_created_with_the_clients_id(bench: Bench) -> None:
    wanted = str(uuid4())
    issue = await bench.create("Bananas are late!", id=wanted, priority=2, description="Since *Monday*.")
    assert issue == {
        "id": wanted,
        "identifier": "ENG-1",
        "title": "Bananas are late!",
        "description": "Since *Monday*.",
        "priority": 2.0,
        "url": "https://linear.app/vendor/issue/ENG-1/bananas-are-late",
        "createdAt": "2027-01-15T08:00:00.000Z",
        "updatedAt": "2027-01-15T08:00:00.000Z",
        "archivedAt": None,
        "trashed": None,
        "startedAt": None,
        "completedAt": None,
        "canceledAt": None,
        "labelIds": [],
        "previousIdentifiers": [],
        "state": {"id": bench.state_id("Backlog"), "name": "Backlog", "type": "backlog"},
        "team": {"id": bench.team.id, "key": "ENG"},
        "assignee": None,
        "creator": {"id": bench.ada.id, "app": False},
        "botActor": None,
    }
    assert (await bench.create("Another one"))["identifier"] == "ENG-2"


@pytest.mark.parametrize("status", [200, 400])
async def test_a_second_create_with_an_id_is_refused_in_the_observed_words(bench: Bench, status: int) -> None:
    bench.linear.conflict_status = status
    wanted = str(uuid4())
    await bench.create(id=wanted)
    sent = {"id": wanted, "teamId": bench.team.id, "title": "Bananas are late"}
    response = await bench.post(ISSUE_CREATE, {"input": sent})
    assert response.status_code == status
    assert response.json() == {
        "errors": [
            {
                "message": "conflict on insert of Issue",
                "extensions": {
                    "type": "invalid input",
                    "code": "INPUT_ERROR",
                    "statusCode": 400,
                    "userError": True,
                    "userPresentableMessage": f"Entity Issue with id {wanted} already exists.",
                },
            }
        ],
        "data": None,
    }
    assert len(bench.linear.issues()) == 1


async def test_a_trashed_issue_holds_its_id(bench: Bench) -> None:
    issue = await bench.create()
    bench.linear.as_user(bench.ada).delete(issue["id"])
    sent = {"id": issue["id"], "teamId": bench.team.id, "title": "Again"}
    assert (await bench.error(ISSUE_CREATE, {"input": sent}))["message"] == "conflict on insert of Issue"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"id": "not-a-uuid"}, "id must be a UUID."),
        ({"id": str(uuid1())}, "id must be a UUID."),
        ({"title": " "}, "title must be longer than or equal to 1 characters."),
        ({"title": None}, "title must be longer than or equal to 1 characters."),
        ({"title": "x" * 256}, "title must be shorter than or equal to 255 characters."),
        ({"priority": 5}, "priority must be between 0 and 4."),
        ({"teamId": "ENG"}, "teamId must be a UUID."),
        ({"stateId": "Done"}, "stateId must be a UUID."),
        ({"assigneeId": "ada"}, "assigneeId must be a UUID."),
    ],
)
async def test_arguments_are_checked(bench: Bench, given: dict[str, object], sentence: str) -> None:
    sent = {"teamId": bench.team.id, "title": "Bananas", **given}
    error = await bench.error(ISSUE_CREATE, {"input": sent})
    assert error["message"] == "Argument Validation Error"
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert error["extensions"]["userPresentableMessage"] == sentence
    assert bench.linear.issues() == []


@pytest.mark.parametrize(
    ("field", "entity"),
    [("teamId", "Team"), ("stateId", "WorkflowState"), ("assigneeId", "User"), ("labelIds", "IssueLabel")],
)
async def test_what_does_not_exist_is_not_found(bench: Bench, field: str, entity: str) -> None:
    missing = [str(uuid4())] if field == "labelIds" else str(uuid4())
    sent = {"teamId": bench.team.id, "title": "Bananas", field: missing}
    error = await bench.error(ISSUE_CREATE, {"input": sent})
    assert error["message"] == f"Entity not found: {entity}"
    assert error["extensions"]["code"] == "INPUT_ERROR"


async def test_the_status_of_other_errors_is_a_switch(bench: Bench) -> None:
    bench.linear.error_status = 400
    response = await bench.post(ISSUE, {"id": "ENG-9"})
    assert response.status_code == 400
    assert response.json()["data"] is None


async def test_an_update_changes_what_is_named_and_stamps_it(bench: Bench) -> None:
    issue = await bench.create(priority=3, description="As it was")
    bench.clock.move(60)
    given = {"title": "Bananas arrived", "stateId": bench.state_id("In Progress"), "assigneeId": bench.ada.id}
    updated = (await bench.data(ISSUE_UPDATE, {"id": "eng-1", "input": given}))["issue"]
    assert updated["title"] == "Bananas arrived"
    assert updated["state"] == {"name": "In Progress", "type": "started"}
    assert updated["assignee"] == {"name": "Ada"}
    assert updated["startedAt"] == updated["updatedAt"] == "2027-01-15T08:01:00.000Z"
    assert updated["priorityLabel"] == "Medium"
    assert bench.linear.issue(issue["id"]).description == "As it was"


async def test_states_keep_their_times(bench: Bench) -> None:
    await bench.create(stateId=bench.state_id("In Progress"))
    bench.clock.move(60)
    variables = {"id": "ENG-1", "input": {"stateId": bench.state_id("Done")}}
    done = (await bench.data(ISSUE_UPDATE, variables))["issue"]
    assert (done["startedAt"], done["completedAt"]) == ("2027-01-15T08:00:00.000Z", "2027-01-15T08:01:00.000Z")
    bench.clock.move(60)
    again = (await bench.data(ISSUE_UPDATE, variables))["issue"]
    assert again["completedAt"] == "2027-01-15T08:02:00.000Z"
    variables = {"id": "ENG-1", "input": {"stateId": bench.state_id("Canceled")}}
    canceled = (await bench.data(ISSUE_UPDATE, variables))["issue"]
    assert (canceled["completedAt"], canceled["canceledAt"]) == (None, "2027-01-15T08:02:00.000Z")
    variables = {"id": "ENG-1", "input": {"stateId": bench.state_id("Todo")}}
    reopened = (await bench.data(ISSUE_UPDATE, variables))["issue"]
    assert (reopened["startedAt"], reopened["canceledAt"]) == (None, None)


async def test_the_same_values_again_change_nothing(bench: Bench) -> None:
    await bench.create(priority=2)
    bench.clock.move(60)
    changes = len(bench.linear.changes)
    same = {"priority": 2, "stateId": bench.state_id("Backlog")}
    updated = (await bench.data(ISSUE_UPDATE, {"id": "ENG-1", "input": same}))["issue"]
    assert updated["updatedAt"] == "2027-01-15T08:00:00.000Z"
    assert len(bench.linear.changes) == changes


async def test_an_update_that_is_refused_changes_nothing(bench: Bench) -> None:
    await bench.create("As it was")
    other = bench.linear.add_team(bench.vendor, "Design")
    given = {"title": "Changed", "stateId": other.states[0].id}
    error = await bench.error(ISSUE_UPDATE, {"id": "ENG-1", "input": given})
    assert error["extensions"]["code"] == "INPUT_ERROR"
    assert bench.linear.issue("ENG-1").title == "As it was"


async def test_a_duplicate_is_not_marked_through_the_api(bench: Bench) -> None:
    await bench.create()
    given = {"stateId": bench.state_id("Duplicate")}
    error = await bench.error(ISSUE_UPDATE, {"id": "ENG-1", "input": given})
    assert error["extensions"]["code"] == "INPUT_ERROR"
    assert bench.linear.issue("ENG-1").state == "Backlog"


async def test_labels_are_replaced_added_and_removed(bench: Bench) -> None:
    bug, slow, other = (bench.linear.add_label(bench.vendor, name) for name in ("Bug", "Slow", "Other"))
    await bench.create(labelIds=[bug.id])
    given = {"addedLabelIds": [slow.id], "removedLabelIds": [bug.id]}
    updated = (await bench.data(ISSUE_UPDATE, {"id": "ENG-1", "input": given}))["issue"]
    assert updated["labelIds"] == [slow.id]
    updated = (await bench.data(ISSUE_UPDATE, {"id": "ENG-1", "input": {"labelIds": [other.id]}}))["issue"]
    assert updated["labelIds"] == [other.id]


async def test_triage_takes_new_issues_where_it_is_enabled(bench: Bench) -> None:
    team = bench.linear.add_team(bench.vendor, "Support", triage=True)
    assert (await bench.create(teamId=team.id))["state"]["type"] == "triage"


async def test_another_team_gives_another_identifier_and_keeps_the_old_one(bench: Bench) -> None:
    design = bench.linear.add_team(bench.vendor, "Design")
    issue = await bench.create(stateId=bench.state_id("In Review"))
    given = {"teamId": design.id}
    moved = (await bench.data(ISSUE_UPDATE, {"id": "ENG-1", "input": given}))["issue"]
    assert (moved["identifier"], moved["previousIdentifiers"]) == ("DES-1", ["ENG-1"])
    assert moved["state"] == {"name": "In Progress", "type": "started"}
    assert (await bench.data(ISSUE, {"id": "ENG-1"}))["id"] == issue["id"]
    assert bench.linear.as_user(bench.ada).move_to_team("DES-1", bench.team).identifier == "ENG-2"


async def test_archive_unarchive_and_trash(bench: Bench) -> None:
    await bench.create()
    archive = 'mutation { issueArchive(id: "ENG-1") { success entity { archivedAt trashed } } }'
    entity = (await bench.data(archive))["entity"]
    assert entity == {"archivedAt": "2027-01-15T08:00:00.000Z", "trashed": None}
    back = await bench.data('mutation { issueUnarchive(id: "ENG-1") { success entity { archivedAt } } }')
    assert back["entity"] == {"archivedAt": None}
    await bench.data('mutation { issueDelete(id: "ENG-1") { success } }')
    assert (await bench.data(ISSUE, {"id": "ENG-1"}))["trashed"] is True
    listed = "query($all: Boolean) { issues(includeArchived: $all) { nodes { identifier } } }"
    assert await bench.data(listed) == {"nodes": []}
    assert await bench.data(listed, {"all": True}) == {"nodes": [{"identifier": "ENG-1"}]}
    await bench.data(ISSUE_UPDATE, {"id": "ENG-1", "input": {"trashed": False}})
    assert bench.linear.issue("ENG-1").trashed is False


async def test_only_admins_delete_for_good(bench: Bench) -> None:
    member = bench.linear.add_user(bench.vendor, "Bo", "bo@vendor.example", admin=False)
    key = bench.linear.add_api_key(member)
    await bench.create()
    bench.linear.as_user(member).comment("ENG-1", "Hm")
    link = {"issueId": "ENG-1", "url": "https://x.example", "title": "X"}
    await bench.data(ATTACHMENT_CREATE, {"input": link})
    forever = 'mutation { issueDelete(id: "ENG-1", permanentlyDelete: true) { success } }'
    assert (await bench.error(forever, authorization=key))["extensions"]["code"] == "FORBIDDEN"
    await bench.data(forever)
    assert bench.linear.issues() == []
    left = await bench.data(
        '{ comments { nodes { id } } attachmentsForURL(url: "https://x.example") { nodes { id } } }'
    )
    assert left == {"comments": {"nodes": []}, "attachmentsForURL": {"nodes": []}}
