"""Whatever the schema offers can be asked for."""

import pytest
from graphql import GraphQLObjectType, GraphQLUnionType, get_named_type, is_leaf_type, is_required_argument

from sandbox.linear.schema import executable_schema
from tests.sandbox.linear.bench import ATTACHMENT_CREATE, CUSTOMER_UPSERT, NEED_CREATE, Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _selection(of: object, depth: int) -> str:
    if isinstance(of, GraphQLUnionType):
        return " ".join(f"... on {one.name} {{ {_selection(one, depth)} }}" for one in of.types)
    assert isinstance(of, GraphQLObjectType)
    parts = []
    for name, field in of.fields.items():
        held = get_named_type(field.type)
        if is_leaf_type(held):
            parts.append(name)
        elif depth and not any(is_required_argument(argument) for argument in field.args.values()):
            size = "(first: 5)" if "first" in field.args else ""
            parts.append(f"{name}{size} {{ {_selection(held, depth - 1)} }}")
    return " ".join(parts)


async def test_every_field_of_every_entity_is_answered(bench: Bench) -> None:
    label = bench.linear.add_label(bench.vendor, "Bug", bench.team)
    issue = await bench.create(assigneeId=bench.ada.id, labelIds=[label.id])
    bench.linear.add_member(bench.team, bench.ada)
    bench.linear.add_slack_thread("ENG-1", "https://vendor.slack.com/archives/C1/p1", bench.ada)
    bench.linear.as_user(bench.ada).comment("ENG-1", "Hm")
    link = {"issueId": issue["id"], "url": "https://x.example", "title": "X", "metadata": {"a": "b"}}
    attachment = (await bench.data(ATTACHMENT_CREATE, {"input": link}))["attachment"]
    bench.vendor.customers_enabled = True
    await bench.data(CUSTOMER_UPSERT, {"input": {"name": "Acme", "externalId": "7"}})
    need = {"issueId": issue["id"], "customerExternalId": "7", "attachmentUrl": "https://y.example"}
    await bench.data(NEED_CREATE, {"input": need})
    schema = executable_schema()
    ids = {
        "customer": bench.linear.customers[0].id,
        "customerNeed": bench.linear.needs[0].id,
        "user": bench.ada.id,
        "team": bench.team.id,
        "workflowState": bench.team.states[0].id,
        "issue": issue["id"],
        "comment": bench.linear.issue("ENG-1").comments[0].id,
        "attachment": attachment["id"],
        "webhook": bench.linear.add_webhook(bench.vendor, "http://localhost:1/", resource_types=["Project"]).id,
    }
    assert schema.query_type is not None
    for name, field in schema.query_type.fields.items():
        selection = _selection(get_named_type(field.type), 3 if name not in ids else 1)
        given = f'(id: "{ids[name]}")' if name in ids else "(first: 2)" if "first" in field.args else ""
        given = '(url: "https://x.example")' if name == "attachmentsForURL" else given
        found = await bench.data(f"{{ {name}{given} {{ {selection} }} }}")
        assert found.get("nodes", True), name


async def test_objects_may_stand_in_the_document(bench: Bench) -> None:
    await bench.create()
    link = 'issueId: "ENG-1", url: "https://x.example", title: "X"'
    create = "mutation { attachmentCreate(input: {%s, metadata: %s}) { attachment { metadata } } }"
    made = await bench.data(create % (link, '{channel: "C1", ts: 1.5}'))
    assert made["attachment"]["metadata"] == {"channel": "C1", "ts": 1.5}
    error = await bench.error(create % (link, '"text"'))
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
