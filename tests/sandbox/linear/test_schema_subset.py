"""Does the sandbox's schema agree with Linear's published one?"""

from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    is_required_argument,
    is_required_input_field,
    parse,
    print_ast,
    validate,
)

from sandbox.linear.schema import executable_schema, sdl

REFERENCE = Path(__file__).parents[4] / "shared" / "reference" / "linear"
# Of the documents in the reference, those that a sync sends.
SUPPORTED = {
    "Viewer",
    "RateLimitStatus",
    "Teams",
    "TeamByName",
    "TeamWorkflowStates",
    "WorkflowStatesForTeams",
    "Users",
    "UserByEmail",
    "TeamMembers",
    "LabelsByName",
    "IssueCreate",
    "IssueUpdate",
    "IssueArchive",
    "IssueUnarchive",
    "IssueDelete",
    "Issue",
    "IssueMinimal",
    "IssuesUpdatedSince",
    "IssuesByIds",
    "CommentCreate",
    "CommentUpdate",
    "CommentDelete",
    "Comment",
    "IssueAttachments",
    "IssueComments",
    "CommentsUpdatedSince",
    "AttachmentCreate",
    "AttachmentDelete",
    "AttachmentsForURL",
    "IssueHistory",
    "FileUpload",
    "CustomerUpsert",
    "CustomerByExternalId",
    "Customers",
    "CustomerNeedCreate",
    "CustomerNeedUpdate",
    "CustomerNeedDelete",
    "IssueCustomerNeeds",
    "Webhooks",
    "WebhookCreate",
    "WebhookUpdate",
    "WebhookDelete",
    "WebhookRotateSecret",
}


def reference(name: str) -> str:
    path = REFERENCE / name
    if not path.exists():
        pytest.skip(f"Linear's published {name} is not beside this clone, so there is nothing to compare with.")
    return path.read_text("utf-8")


def test_the_subset_is_a_schema() -> None:
    schema = build_schema(sdl())
    assert schema.query_type is not None
    assert schema.mutation_type is not None


def test_every_field_has_something_to_resolve_it() -> None:
    schema = executable_schema()
    for root in (schema.query_type, schema.mutation_type):
        assert root is not None
        assert [name for name, field in root.fields.items() if field.resolve is None] == []


def test_the_subset_agrees_with_the_published_schema() -> None:
    full = build_schema(reference("schema.graphql"), assume_valid=True)
    assert list(_differences(build_schema(sdl()), full)) == []


def test_the_documents_of_the_reference_fit_the_subset() -> None:
    document = parse(reference("operations.graphql"))
    fragments = [one for one in document.definitions if isinstance(one, FragmentDefinitionNode)]
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    found = {one.name.value: _spread(one, fragments) for one in operations if one.name}
    schema = executable_schema()
    assert found.keys() >= SUPPORTED
    assert {name: validate(schema, found[name]) for name in SUPPORTED} == {name: [] for name in SUPPORTED}


def _spread(operation: OperationDefinitionNode, fragments: list[FragmentDefinitionNode]) -> DocumentNode:
    text = print_ast(operation)
    used = [one for one in fragments if f"...{one.name.value}" in text]
    nested = [one for one in fragments if any(f"...{one.name.value}" in print_ast(other) for other in used)]
    return DocumentNode(definitions=(operation, *{one.name.value: one for one in (*used, *nested)}.values()))


def _differences(subset: GraphQLSchema, full: GraphQLSchema) -> list[str]:
    found: list[str] = []
    for name, ours in subset.type_map.items():
        theirs = full.type_map.get(name)
        if type(theirs) is not type(ours):
            found.append(f"{name}: {theirs!r}")
        elif isinstance(ours, GraphQLEnumType):
            assert isinstance(theirs, GraphQLEnumType)
            found += [f"{name}.{value}" for value in ours.values if value not in theirs.values]
        elif isinstance(ours, GraphQLInputObjectType):
            assert isinstance(theirs, GraphQLInputObjectType)
            found += _input_differences(ours, theirs)
        elif isinstance(ours, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__"):
            assert isinstance(theirs, GraphQLObjectType | GraphQLInterfaceType)
            found += _object_differences(ours, theirs)
    return found


def _input_differences(ours: GraphQLInputObjectType, theirs: GraphQLInputObjectType) -> list[str]:
    wrong = [
        f"{ours.name}.{name}: {field.type}"
        for name, field in ours.fields.items()
        if name not in theirs.fields or str(theirs.fields[name].type) != str(field.type)
    ]
    needed = {name for name, field in theirs.fields.items() if is_required_input_field(field)}
    return wrong + [f"{ours.name} lacks {name}" for name in needed - set(ours.fields)]


def _object_differences(
    ours: GraphQLObjectType | GraphQLInterfaceType, theirs: GraphQLObjectType | GraphQLInterfaceType
) -> list[str]:
    wrong = [
        f"{ours.name} implements {one.name}"
        for one in ours.interfaces
        if one.name not in {other.name for other in theirs.interfaces}
    ]
    for name, field in ours.fields.items():
        their_field = theirs.fields.get(name)
        if their_field is None or str(their_field.type) != str(field.type):
            wrong.append(f"{ours.name}.{name}: {field.type}")
        else:
            wrong += [f"{ours.name}.{name} {one}" for one in _argument_differences(field, their_field)]
    return wrong


def _argument_differences(ours: GraphQLField, theirs: GraphQLField) -> list[str]:
    wrong = [
        f"({name}: {argument.type})"
        for name, argument in ours.args.items()
        if name not in theirs.args or str(theirs.args[name].type) != str(argument.type)
    ]
    needed = {name for name, argument in theirs.args.items() if is_required_argument(argument)}
    return wrong + [f"lacks ({name})" for name in needed - set(ours.args)]
