"""Comments and attachments over the wire."""

from uuid import uuid4

import pytest

from tests.sandbox.linear.bench import ATTACHMENT_CREATE, COMMENT_CREATE, ISSUE_CREATE, Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMMENT_UPDATE = """
mutation CommentUpdate($id: String!, $input: CommentUpdateInput!, $skip: Boolean) {
  commentUpdate(id: $id, input: $input, skipEditedAt: $skip) { comment { body updatedAt editedAt } }
}
"""
PERMALINK = "https://vendor.slack.com/archives/C0TRIAGE/p1800000000000100"


async def test_a_comment_is_created_with_the_clients_id_once(bench: Bench) -> None:
    issue = await bench.create()
    wanted = str(uuid4())
    sent = {"input": {"id": wanted, "issueId": "ENG-1", "body": "Looking into it"}}
    comment = (await bench.data(COMMENT_CREATE, sent))["comment"]
    assert comment["id"] == wanted
    assert comment["issueId"] == issue["id"]
    assert comment["url"] == f"{issue['url']}#comment-{wanted[:8]}"
    assert comment["user"]["name"] == "Ada"
    error = await bench.error(COMMENT_CREATE, sent)
    assert error["message"] == "conflict on insert of Comment"
    assert wanted in error["extensions"]["userPresentableMessage"]
    assert len(bench.linear.issue("ENG-1").comments) == 1


async def test_a_comment_leaves_its_issues_time_alone(bench: Bench) -> None:
    await bench.create()
    bench.clock.move(60)
    await bench.data(COMMENT_CREATE, {"input": {"issueId": "ENG-1", "body": "Hm"}})
    assert bench.linear.issue("ENG-1").updated_at == 1_800_000_000


async def test_threads_are_one_level_deep(bench: Bench) -> None:
    await bench.create()
    first = (await bench.data(COMMENT_CREATE, {"input": {"issueId": "ENG-1", "body": "Why?"}}))["comment"]
    answer = {"issueId": "ENG-1", "body": "Because.", "parentId": first["id"]}
    second = (await bench.data(COMMENT_CREATE, {"input": answer}))["comment"]
    assert second["parentId"] == first["id"]
    error = await bench.error(COMMENT_CREATE, {"input": {**answer, "parentId": second["id"]}})
    assert error["extensions"]["code"] == "INPUT_ERROR"


@pytest.mark.parametrize("sent", [{"body": "To nobody"}, {"issueId": "ENG-1"}, {"issueId": "ENG-1", "body": ""}])
async def test_a_comment_needs_an_issue_and_words(bench: Bench, sent: dict[str, str]) -> None:
    await bench.create()
    assert (await bench.error(COMMENT_CREATE, {"input": sent}))["extensions"]["code"] == "INVALID_INPUT"


async def test_a_comment_is_edited(bench: Bench) -> None:
    await bench.create()
    first = (await bench.data(COMMENT_CREATE, {"input": {"issueId": "ENG-1", "body": "Teh"}}))["comment"]
    bench.clock.move(60)
    edit = {"id": first["id"], "input": {"body": "The"}}
    edited = (await bench.data(COMMENT_UPDATE, edit))["comment"]
    assert edited == {
        "body": "The",
        "updatedAt": "2027-01-15T08:01:00.000Z",
        "editedAt": "2027-01-15T08:01:00.000Z",
    }
    bench.clock.move(60)
    again = (await bench.data(COMMENT_UPDATE, edit))["comment"]
    assert again["updatedAt"] == "2027-01-15T08:01:00.000Z"
    quiet = {"id": first["id"], "input": {"body": "The end"}, "skip": True}
    assert (await bench.data(COMMENT_UPDATE, quiet))["comment"]["editedAt"] == "2027-01-15T08:01:00.000Z"


async def test_a_deleted_comment_is_gone_with_its_answers(bench: Bench) -> None:
    await bench.create()
    engineer = bench.linear.as_user(bench.ada)
    first = engineer.comment("ENG-1", "Why?")
    engineer.comment("ENG-1", "Because.", answering=first)
    kept = engineer.comment("ENG-1", "Something else")
    gone = await bench.data(
        "mutation($id: String!) { commentDelete(id: $id) { success entityId } }", {"id": first.id}
    )
    assert gone == {"success": True, "entityId": first.id}
    assert bench.linear.issue("ENG-1").comments == (kept,)
    error = await bench.error("query($id: String) { comment(id: $id) { body } }", {"id": first.id})
    assert error["message"] == "Entity not found: Comment"


async def test_an_attachment_is_kept_once_per_issue_and_address(bench: Bench) -> None:
    await bench.create()
    sent = {"issueId": "ENG-1", "url": PERMALINK, "title": "Slack", "subtitle": "#triage"}
    first = (await bench.data(ATTACHMENT_CREATE, {"input": {**sent, "metadata": {"n": 1}}}))["attachment"]
    again = {**sent, "id": str(uuid4()), "title": "Slack thread"}
    second = (await bench.data(ATTACHMENT_CREATE, {"input": again}))["attachment"]
    assert second["id"] == first["id"]
    assert (second["title"], second["subtitle"], second["metadata"]) == ("Slack thread", "#triage", {"n": 1})
    assert len(bench.linear.issue("ENG-1").attachments) == 1
    full = {**sent, "subtitle": None, "metadata": {"n": 2}, "groupBySource": True}
    third = (await bench.data(ATTACHMENT_CREATE, {"input": full}))["attachment"]
    assert (third["subtitle"], third["metadata"]) == (None, {"n": 2})
    await bench.create()
    taken = {**sent, "issueId": "ENG-2", "id": first["id"]}
    error = await bench.error(ATTACHMENT_CREATE, {"input": taken})
    assert error["message"] == "conflict on insert of Attachment"


async def test_another_spelling_of_a_permalink_is_another_attachment(bench: Bench) -> None:
    await bench.create()
    for url in (PERMALINK, f"{PERMALINK}?thread_ts=1800000000.000100&cid=C0TRIAGE"):
        await bench.data(ATTACHMENT_CREATE, {"input": {"issueId": "ENG-1", "url": url, "title": "Slack"}})
    assert len(bench.linear.issue("ENG-1").attachments) == 2


async def test_attachments_are_found_by_address_and_deleted(bench: Bench) -> None:
    await bench.create()
    sent = {"issueId": "ENG-1", "url": PERMALINK, "title": "Slack", "commentBody": "Linked"}
    attachment = (await bench.data(ATTACHMENT_CREATE, {"input": sent}))["attachment"]
    find = "query($url: String!) { attachmentsForURL(url: $url) { nodes { id issue { identifier } } } }"
    found = await bench.data(find, {"url": PERMALINK})
    assert found["nodes"] == [{"id": attachment["id"], "issue": {"identifier": "ENG-1"}}]
    assert await bench.data(find, {"url": PERMALINK + "/"}) == {"nodes": []}
    delete = "mutation($id: String!) { attachmentDelete(id: $id) { entityId } }"
    assert (await bench.data(delete, {"id": attachment["id"]}))["entityId"] == attachment["id"]
    issue = bench.linear.issue("ENG-1")
    assert (issue.attachments, [one.body for one in issue.comments]) == ((), ["Linked"])


@pytest.mark.parametrize("wrong", [{"url": "no address"}, {"title": ""}, {"id": "7"}])
async def test_an_attachment_is_checked(bench: Bench, wrong: dict[str, str]) -> None:
    await bench.create()
    sent = {"issueId": "ENG-1", "url": PERMALINK, "title": "Slack", **wrong}
    assert (await bench.error(ATTACHMENT_CREATE, {"input": sent}))["extensions"]["code"] == "INVALID_INPUT"


async def test_only_app_tokens_act_for_others(bench: Bench) -> None:
    app = bench.linear.add_user(bench.vendor, "Threadline", "id@oauthapp.linear.app", admin=False, app=True)
    bearer = f"Bearer {bench.linear.add_oauth_token(app)}"
    sent = {"input": {"teamId": bench.team.id, "title": "Bananas", "createAsUser": "Cleo of Acme"}}
    assert (await bench.error(ISSUE_CREATE, sent))["extensions"]["code"] == "FORBIDDEN"
    issue = (await bench.data(ISSUE_CREATE, sent, authorization=bearer))["issue"]
    assert issue["creator"] == {"id": app.id, "app": True}
    assert issue["botActor"]["userDisplayName"] == "Cleo of Acme"
    assert bench.linear.issue("ENG-1").creator == "Cleo of Acme"
    comment = {"input": {"issueId": "ENG-1", "body": "Hello", "createAsUser": "Cleo of Acme"}}
    assert (await bench.error(COMMENT_CREATE, comment))["extensions"]["code"] == "FORBIDDEN"
    made = (await bench.data(COMMENT_CREATE, comment, authorization=bearer))["comment"]
    assert made["botActor"]["userDisplayName"] == "Cleo of Acme"


async def test_linears_own_slack_thread_shows_on_its_comment(bench: Bench) -> None:
    await bench.create()
    bench.linear.add_slack_thread("ENG-1", PERMALINK, bench.ada)
    query = "{ comments { nodes { user { id } externalThread { type url isConnected } } } }"
    thread = {"type": "slack", "url": PERMALINK, "isConnected": True}
    assert (await bench.data(query))["nodes"] == [{"user": None, "externalThread": thread}]
