"""Customers and their needs, where a workspace has them switched on."""

from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from graphql import GraphQLNonNull, GraphQLObjectType, build_schema

from tests.sandbox.linear.bench import CUSTOMER_UPSERT, NEED_CREATE, Bench
from tests.sandbox.linear.ear import Ear
from tests.sandbox.linear.test_schema_subset import reference

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEEDS = "query($id: String!) { issue(id: $id) { needs { nodes { body customer { name } } } } }"


@pytest_asyncio.fixture(loop_scope="module")
async def office(bench: Bench) -> Bench:
    bench.vendor.customers_enabled = True
    return bench


async def _upsert(bench: Bench, **given: Any) -> Any:
    return (await bench.data(CUSTOMER_UPSERT, {"input": given}))["customer"]


async def test_without_customers_everything_is_refused(bench: Bench) -> None:
    issue = await bench.create()
    query = "{ organization { customersEnabled } }"
    assert await bench.data(query) == {"customersEnabled": False}
    for document, sent in (
        (CUSTOMER_UPSERT, {"input": {"name": "Acme"}}),
        (NEED_CREATE, {"input": {"customerExternalId": "7", "issueId": issue["id"]}}),
        ('{ customer(id: "x") { id } }', None),
        ("{ customers { nodes { id } } }", None),
        ("{ customerNeeds { nodes { id } } }", None),
    ):
        error = await bench.error(document, sent)
        assert error["extensions"]["type"] == "feature not accessible"
        assert error["extensions"]["statusCode"] == 403
    assert (await bench.data(NEEDS, {"id": "ENG-1"}))["needs"]["nodes"] == []


async def test_a_customer_is_matched_by_what_is_known_of_it(office: Bench) -> None:
    wanted = str(uuid4())
    acme = await _upsert(office, id=wanted, name="Acme", externalId="crm-7", domains=["Acme.example"])
    assert (acme["id"], acme["externalIds"], acme["domains"]) == (wanted, ["crm-7"], ["acme.example"])
    for given in (
        {"id": wanted},
        {"externalId": "crm-7", "name": "Acme Ltd"},
        {"domains": ["acme.example", "acme.test"], "slackChannelId": "C1"},
        {"slackChannelId": "C1", "externalId": "crm-8"},
    ):
        assert (await _upsert(office, **given))["id"] == wanted
    (found,) = (await office.data("{ customers { nodes { name domains externalIds slackChannelId } } }"))["nodes"]
    assert found == {
        "name": "Acme Ltd",
        "domains": ["acme.example", "acme.test"],
        "externalIds": ["crm-7", "crm-8"],
        "slackChannelId": "C1",
    }
    query = "query($e: String!) { customers(filter: {externalIds: {some: {eq: $e}}}) { nodes { id } } }"
    assert (await office.data(query, {"e": "crm-8"}))["nodes"] == [{"id": wanted}]
    assert (await office.data(query, {"e": "crm-9"}))["nodes"] == []
    assert await office.data("{ organization { customerCount } }") == {"customerCount": 1}


async def test_customers_do_not_share_and_have_names(office: Bench) -> None:
    await _upsert(office, name="Acme", externalId="1", domains=["acme.example"])
    await _upsert(office, name="Zeta", externalId="2", domains=["zeta.example"])
    app = office.linear.add_user(office.vendor, "Bot", "bot@oauthapp.linear.app", app=True)
    for given, code in (
        ({"externalId": "1", "domains": ["zeta.example"]}, "INPUT_ERROR"),
        ({"externalId": "3"}, "INVALID_INPUT"),
        ({"name": "Mail", "domains": ["gmail.com"]}, "INVALID_INPUT"),
        ({"name": "Bot", "ownerId": app.id}, "INPUT_ERROR"),
        ({"name": "Odd", "id": "7"}, "INVALID_INPUT"),
    ):
        error = await office.error(CUSTOMER_UPSERT, {"input": given})
        assert error["extensions"]["code"] == code, given
    assert [one.name for one in office.linear.customers] == ["Acme", "Zeta"]


async def test_a_need_stands_on_an_issue(office: Bench) -> None:
    await office.create()
    acme = await _upsert(office, name="Acme", externalId="crm-7")
    permalink = "https://vendor.slack.com/archives/C1/p1"
    given: dict[str, Any] = {"id": str(uuid4()), "customerExternalId": "crm-7", "issueId": "ENG-1"}
    given |= {"body": "We need it", "priority": 1, "attachmentUrl": permalink}
    need = (await office.data(NEED_CREATE, {"input": given}))["need"]
    assert need == {
        "id": given["id"],
        "body": "We need it",
        "priority": 1,
        "customer": {"name": "Acme", "externalIds": ["crm-7"]},
        "issue": {"identifier": "ENG-1"},
        "attachment": {"url": permalink},
    }
    error = await office.error(NEED_CREATE, {"input": given})
    assert error["message"] == "conflict on insert of CustomerNeed"
    assert given["id"] in error["extensions"]["userPresentableMessage"]
    assert (await office.data(NEEDS, {"id": "ENG-1"}))["needs"]["nodes"] == [
        {"body": "We need it", "customer": {"name": "Acme"}}
    ]
    assert [one.url for one in office.linear.issue("ENG-1").attachments] == [permalink]
    query = "query($id: String!) { customer(id: $id) { approximateNeedCount needs { body } } }"
    assert await office.data(query, {"id": acme["id"]}) == {
        "approximateNeedCount": 1,
        "needs": [{"body": "We need it"}],
    }


async def test_needs_are_refused(office: Bench) -> None:
    await office.create()
    acme = await _upsert(office, name="Acme", externalId="crm-7")
    good = {"customerExternalId": "crm-7", "issueId": "ENG-1"}
    for wrong, message in (
        ({"customerId": acme["id"]}, "Argument Validation Error"),
        ({"customerExternalId": None}, "Argument Validation Error"),
        ({"customerExternalId": "crm-9"}, "Entity not found: Customer"),
        ({"issueId": "ENG-9"}, "Entity not found: Issue"),
        ({"issueId": None}, "Argument Validation Error"),
        ({"priority": 2}, "Argument Validation Error"),
        ({"createAsUser": "Grace"}, "createAsUser and displayIconUrl need an OAuth token of actor=app."),
    ):
        assert (await office.error(NEED_CREATE, {"input": {**good, **wrong}}))["message"] == message
    assert office.linear.needs == []


async def test_needs_change_go_and_move(office: Bench) -> None:
    await office.create("First")
    await office.create("Again")
    await _upsert(office, name="Acme", externalId="crm-7")
    given = {"customerExternalId": "crm-7", "issueId": "ENG-2", "attachmentUrl": "https://x.example"}
    need = (await office.data(NEED_CREATE, {"input": given}))["need"]["id"]
    update = "mutation($id: String!, $input: CustomerNeedUpdateInput!) { customerNeedUpdate(id: $id, input: $input)"
    update += " { need { body priority } updatedRelatedNeeds { id } } }"
    changed = await office.data(update, {"id": need, "input": {"body": "Now", "priority": 1}})
    assert changed["need"] == {"body": "Now", "priority": 1}
    office.linear.as_user(office.ada).mark_duplicate("ENG-2", "ENG-1")
    query = "query($id: String) { customerNeed(id: $id) { issue { identifier } originalIssue { identifier } } }"
    assert await office.data(query, {"id": need}) == {
        "issue": {"identifier": "ENG-1"},
        "originalIssue": {"identifier": "ENG-2"},
    }
    delete = "mutation($id: String!) { customerNeedDelete(id: $id, keepAttachment: false) { success } }"
    await office.data(delete, {"id": need})
    assert office.linear.issue("ENG-1").attachments == ()
    assert (await office.error(query, {"id": need}))["message"] == "Entity not found: CustomerNeed"
    await office.data(NEED_CREATE, {"input": given})
    office.linear.as_user(office.ada).delete_permanently("ENG-2")
    assert office.linear.needs == []


async def test_customers_and_needs_are_told(office: Bench, ear: Ear, ear_url: str) -> None:
    full = build_schema(reference("schema.graphql"), assume_valid=True)
    await office.create()
    office.linear.add_webhook(office.vendor, ear_url, resource_types=["Customer", "CustomerNeed"])
    await _upsert(office, name="Acme", externalId="crm-7")
    await _upsert(office, name="Acme Ltd", externalId="crm-7")
    await office.data(NEED_CREATE, {"input": {"customerExternalId": "crm-7", "issueId": "ENG-1", "body": "Hm"}})
    await office.linear.quiet()
    bodies = [one.payload for one in office.linear.webhooks.deliveries]
    assert [(one["action"], one["type"]) for one in bodies] == [
        ("create", "Customer"),
        ("update", "Customer"),
        ("create", "CustomerNeed"),
    ]
    assert bodies[1]["updatedFrom"] == {"name": "Acme", "updatedAt": "2027-01-15T08:00:00.000Z"}
    assert bodies[2]["data"]["customer"]["externalIds"] == ["crm-7"]
    for heard in ear.heard:
        described = full.type_map[f"{heard.json['type']}WebhookPayload"]
        assert isinstance(described, GraphQLObjectType)
        needed = {name for name, field in described.fields.items() if isinstance(field.type, GraphQLNonNull)}
        assert needed <= heard.json["data"].keys() <= described.fields.keys()
