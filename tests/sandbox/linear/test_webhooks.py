"""What webhooks say, and who hears it."""

from typing import Any

import pytest
from graphql import GraphQLNonNull, GraphQLObjectType, build_schema

from tests.sandbox.linear.bench import ATTACHMENT_CREATE, Bench
from tests.sandbox.linear.ear import Ear
from tests.sandbox.linear.test_schema_subset import reference

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "lin_wh_of_the_test"


async def test_a_delivery_looks_like_linears(bench: Bench, ear: Ear, ear_url: str) -> None:
    webhook = bench.linear.add_webhook(bench.vendor, ear_url, secret=SECRET)
    issue = await bench.create()
    await bench.linear.quiet()
    (heard,) = ear.heard
    (delivery,) = bench.linear.webhooks.deliveries
    assert heard.signed_with(SECRET)
    assert heard.headers["content-type"] == "application/json; charset=utf-8"
    assert heard.headers["user-agent"] == "Linear-Webhook"
    assert heard.headers["linear-event"] == "Issue"
    assert heard.headers["linear-delivery"] == delivery.id
    assert heard.headers["linear-timestamp"] == "1800000000000"
    body = heard.json
    data = body.pop("data")
    assert body == {
        "action": "create",
        "actor": {
            "id": bench.ada.id,
            "name": "Ada",
            "email": "ada@vendor.example",
            "url": "https://linear.app/vendor/profiles/ada",
            "type": "user",
        },
        "createdAt": "2027-01-15T08:00:00.000Z",
        "url": issue["url"],
        "type": "Issue",
        "organizationId": bench.vendor.id,
        "webhookTimestamp": 1_800_000_000_000,
        "webhookId": webhook.id,
    }
    assert (data["id"], data["identifier"], data["state"]["name"]) == (issue["id"], "ENG-1", "Backlog")
    assert not {"archivedAt", "trashed", "assignee", "assigneeId"} & data.keys()
    assert (delivery.event, delivery.state, delivery.statuses, delivery.times) == (
        "Issue",
        "delivered",
        [200],
        [1_800_000_000],
    )
    assert (delivery.body, delivery.url, delivery.entity_id) == (heard.body, ear_url, issue["id"])


async def test_an_update_tells_what_was_before(bench: Bench, ear: Ear, ear_url: str) -> None:
    bug = bench.linear.add_label(bench.vendor, "Bug")
    await bench.create()
    bench.linear.add_webhook(bench.vendor, ear_url)
    bench.clock.move(60)
    engineer = bench.linear.as_user(bench.ada)
    before = "2027-01-15T08:00:00.000Z"
    engineer.assign("ENG-1", bench.ada)
    engineer.set_priority("ENG-1", "High")
    engineer.label("ENG-1", bug)
    engineer.describe("ENG-1", "Since Monday")
    await bench.linear.quiet()
    later = "2027-01-15T08:01:00.000Z"
    assert [one.json["updatedFrom"] for one in ear.heard] == [
        {"assigneeId": None, "updatedAt": before},
        {"priority": 0, "updatedAt": later},
        {"labelIds": [], "updatedAt": later},
        {"description": None, "updatedAt": later},
    ]
    data = ear.heard[-1].json["data"]
    assert data["assignee"]["email"] == "ada@vendor.example"
    assert (data["labels"][0]["name"], data["team"]["key"], data["priorityLabel"]) == ("Bug", "ENG", "High")


async def test_trash_archive_and_return(bench: Bench, ear: Ear, ear_url: str) -> None:
    await bench.create()
    bench.linear.add_webhook(bench.vendor, ear_url)
    engineer = bench.linear.as_user(bench.ada)
    bench.clock.move(60)
    engineer.delete("ENG-1")
    engineer.restore("ENG-1")
    engineer.archive("ENG-1")
    await bench.linear.quiet()
    removed, restored, archived = (one.json for one in ear.heard)
    before, now = "2027-01-15T08:00:00.000Z", "2027-01-15T08:01:00.000Z"
    assert (removed["data"]["updatedAt"], "url" in removed) == (before, False)
    assert (removed["action"], removed["data"]["trashed"], removed["data"]["archivedAt"]) == ("remove", True, now)
    assert "updatedFrom" not in removed
    assert restored["updatedFrom"] == {"archivedAt": now, "trashed": True, "updatedAt": before}
    assert not {"archivedAt", "trashed"} & restored["data"].keys()
    assert archived["updatedFrom"] == {"archivedAt": None, "updatedAt": now}
    assert (archived["action"], archived["data"]["archivedAt"]) == ("update", now)
    bench.linear.trash_is_an_update = True
    bench.clock.move(60)
    engineer.delete("ENG-1")
    await bench.linear.quiet()
    assert ear.heard[3].json["data"]["updatedAt"] == "2027-01-15T08:02:00.000Z"


async def test_comments_and_attachments_are_told(bench: Bench, ear: Ear, ear_url: str) -> None:
    issue = await bench.create()
    bench.linear.add_webhook(bench.vendor, ear_url)
    engineer = bench.linear.as_user(bench.ada)
    first = engineer.comment("ENG-1", "Teh")
    engineer.comment("ENG-1", "Good", answering=first)
    engineer.edit_comment(first, "The")
    await bench.linear.quiet()
    engineer.delete_comment(first)
    link = {"issueId": "ENG-1", "url": "https://vendor.slack.com/archives/C1/p1", "title": "Slack thread"}
    await bench.data(ATTACHMENT_CREATE, {"input": link})
    await bench.linear.quiet()
    assert sorted(ear.told) == [
        ("create", "Attachment"),
        *[("create", "Comment")] * 2,
        *[("remove", "Comment")] * 2,
        ("update", "Comment"),
    ]
    said, answered, edited, gone = (one.payload for one in bench.linear.webhooks.deliveries[:4])
    assert not {"url", "updatedFrom"} & gone.keys()
    assert "archivedAt" not in gone["data"]
    assert said["data"]["issueId"] == issue["id"]
    assert (said["data"]["userId"], said["data"]["user"]["name"]) == (bench.ada.id, "Ada")
    assert said["data"]["botActor"] is None
    assert said["url"].startswith("https://linear.app/vendor/issue/ENG-1/bananas-are-late#comment-")
    assert (answered["data"]["parentId"], answered["data"]["parent"]["body"]) == (first.id, "Teh")
    assert edited["updatedFrom"] == {"body": "Teh", "editedAt": None, "updatedAt": "2027-01-15T08:00:00.000Z"}


async def test_an_app_is_told_as_it_is_or_in_another_shape(bench: Bench, ear: Ear, ear_url: str) -> None:
    app = bench.linear.add_user(bench.vendor, "Threadline", "client-1@oauthapp.linear.app", app=True)
    token = f"Bearer {bench.linear.add_oauth_token(app)}"
    await bench.create()
    bench.linear.add_webhook(bench.vendor, ear_url)
    sent = {"input": {"issueId": "ENG-1", "body": "Hello", "createAsUser": "Grace"}}
    create = "mutation C($input: CommentCreateInput!) { commentCreate(input: $input) { success } }"
    for shape in ("user", "oauthClient", "nobody"):
        bench.linear.app_shape = shape
        await bench.data(create, sent, authorization=token)
    await bench.linear.quiet()
    as_user, as_client, as_nobody = (one.payload["actor"] for one in bench.linear.webhooks.deliveries)
    assert (as_user["id"], as_user["type"], as_user["email"]) == (app.id, "user", "client-1@oauthapp.linear.app")
    assert as_client == {"id": "client-1", "name": "Threadline", "type": "oauthClient"}
    assert as_nobody is None
    assert '"userDisplayName": "Grace"' in ear.heard[0].json["data"]["botActor"]


async def test_who_hears(bench: Bench, ear: Ear, ear_url: str) -> None:
    secret = bench.linear.add_team(bench.vendor, "Secret", private=True)
    rival = bench.linear.add_organization("Rival", "rival")
    bench.linear.add_member(secret, bench.ada)
    everyone = bench.linear.add_webhook(bench.vendor, ear_url)
    insider = bench.linear.add_webhook(bench.vendor, ear_url, team=secret)
    bench.linear.add_webhook(rival, ear_url)
    bench.linear.add_webhook(bench.vendor, ear_url, resource_types=["Comment"])
    off = bench.linear.add_webhook(bench.vendor, ear_url)
    off.enabled = False
    engineer = bench.linear.as_user(bench.ada)
    engineer.raise_issue(bench.team, "Open")
    engineer.raise_issue(secret, "Hush")
    await bench.linear.quiet()
    assert [(one.webhook, one.payload["data"]["title"]) for one in bench.linear.webhooks.deliveries] == [
        (everyone, "Open"),
        (insider, "Hush"),
    ]
    assert len({everyone.secret, insider.secret, off.secret}) == 3
    bench.linear.remove_webhook(everyone)
    engineer.rename("ENG-1", "Unheard")
    await bench.linear.quiet()
    assert len(ear.heard) == 2


async def test_anything_can_be_told(bench: Bench, ear: Ear, ear_url: str) -> None:
    bench.linear.add_webhook(bench.vendor, ear_url, resource_types=["Comment", "OAuthApp"])
    data = {"id": "e3ff103c-53ac-4267-bdfc-cd05f7e49dc7", "documentContentId": "49567929", "body": "Hm"}
    integration = {"id": "i1", "service": "slack", "type": "integration"}
    assert bench.linear.tell(bench.vendor, "Project", "create", {"id": "p1"}) == []
    told = bench.linear.tell(bench.vendor, "Comment", "create", data, actor=integration)
    bench.linear.tell(bench.vendor, "OAuthApp", "revoked", {}, more={"oauthClientId": "client-1"})
    await bench.linear.quiet()
    assert [one.state for one in told] == ["delivered"]
    comment, revoked = (one.json for one in ear.heard)
    assert (comment["data"], comment["actor"], "url" in comment) == (data, integration, False)
    assert (revoked["action"], revoked["oauthClientId"]) == ("revoked", "client-1")


async def test_webhooks_are_managed_by_an_admin(bench: Bench, ear: Ear, ear_url: str) -> None:
    create = "mutation($input: WebhookCreateInput!) { webhookCreate(input: $input) { webhook { id secret } } }"
    sent: dict[str, Any] = {"input": {"url": ear_url, "resourceTypes": ["Issue"], "teamId": "eng", "label": "Bot"}}
    made = (await bench.data(create, sent))["webhook"]
    await bench.create()
    await bench.linear.quiet()
    assert ear.heard[0].signed_with(made["secret"])
    read = "{ webhooks { nodes { id url enabled allPublicTeams resourceTypes team { key } creator { name } } } }"
    assert (await bench.data(read))["nodes"] == [
        {
            "id": made["id"],
            "url": ear_url,
            "enabled": True,
            "allPublicTeams": False,
            "resourceTypes": ["Issue"],
            "team": {"key": "ENG"},
            "creator": {"name": "Ada"},
        }
    ]
    rotate = "mutation($id: String!) { webhookRotateSecret(id: $id) { secret } }"
    rotated = (await bench.data(rotate, {"id": made["id"]}))["secret"]
    bench.linear.as_user(bench.ada).rename("ENG-1", "Signed anew")
    await bench.linear.quiet()
    assert ear.heard[1].signed_with(rotated)
    update = (
        "mutation($id: String!, $input: WebhookUpdateInput!) { webhookUpdate(id: $id, input: $input) { success } }"
    )
    await bench.data(update, {"id": made["id"], "input": {"enabled": False}})
    bench.linear.as_user(bench.ada).rename("ENG-1", "Unheard")
    await bench.linear.quiet()
    assert len(ear.heard) == 2
    await bench.data("mutation($id: String!) { webhookDelete(id: $id) { success } }", {"id": made["id"]})
    assert (await bench.data(read))["nodes"] == []


async def test_webhooks_are_refused(bench: Bench, ear_url: str) -> None:
    create = "mutation($input: WebhookCreateInput!) { webhookCreate(input: $input) { success } }"
    good = {"url": ear_url, "resourceTypes": ["Issue"], "allPublicTeams": True}
    for wrong in ({"url": "nowhere"}, {"resourceTypes": ["Sandwich"]}, {"allPublicTeams": False}):
        error = await bench.error(create, {"input": {**good, **wrong}})
        assert error["extensions"]["code"] == "INVALID_INPUT"
    member = bench.linear.add_user(bench.vendor, "Bo", "bo@vendor.example", admin=False)
    app = bench.linear.add_user(bench.vendor, "Bot", "bot@oauthapp.linear.app", app=True)
    for secret in (bench.linear.add_api_key(member), f"Bearer {bench.linear.add_oauth_token(app)}"):
        error = await bench.error(create, {"input": good}, authorization=secret)
        assert error["extensions"]["code"] == "FORBIDDEN"
    error = await bench.error('{ webhook(id: "nobody") { id } }')
    assert error["message"] == "Entity not found: Webhook"


async def test_what_is_told_agrees_with_the_published_payloads(bench: Bench, ear: Ear, ear_url: str) -> None:
    full = build_schema(reference("schema.graphql"), assume_valid=True)
    bench.linear.add_webhook(bench.vendor, ear_url)
    bug = bench.linear.add_label(bench.vendor, "Bug")
    engineer = bench.linear.as_user(bench.ada)
    issue = await bench.create(labelIds=[bug.id], assigneeId=bench.ada.id)
    first = engineer.comment("ENG-1", "Hm")
    engineer.comment("ENG-1", "Indeed", answering=first)
    engineer.move("ENG-1", "Done")
    bench.linear.add_slack_thread("ENG-1", "https://vendor.slack.com/archives/C1/p1700000000000100", bench.ada)
    engineer.delete("ENG-1")
    engineer.add_label("Urgent")
    await bench.data(
        ATTACHMENT_CREATE, {"input": {"issueId": issue["id"], "url": "https://x.example", "title": "X"}}
    )
    await bench.linear.quiet()
    assert {one.json["type"] for one in ear.heard} == {"Issue", "Comment", "Attachment", "IssueLabel"}
    for heard in ear.heard:
        described = full.type_map[f"{heard.json['type']}WebhookPayload"]
        assert isinstance(described, GraphQLObjectType)
        assert heard.json["data"].keys() <= described.fields.keys()
        needed = {name for name, field in described.fields.items() if isinstance(field.type, GraphQLNonNull)}
        assert needed <= heard.json["data"].keys()
