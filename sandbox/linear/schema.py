"""The executable schema: the SDL beside this file, with resolvers and scalars put in."""

from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
)

from sandbox.linear.context import Info
from sandbox.linear.customer_fields import CUSTOMER_FIELDS
from sandbox.linear.mutations import MUTATIONS
from sandbox.linear.naming import snake
from sandbox.linear.queries import QUERIES
from sandbox.linear.scalars import iso, parse_date_time_or_duration, parse_json_object

_FILES = ("schema.graphql", "inputs.graphql", "webhooks.graphql", "uploads.graphql", "customers.graphql")


def sdl() -> str:
    """Return the SDL of what this sandbox answers."""
    return "\n".join((Path(__file__).parent / name).read_text("utf-8") for name in _FILES)


@cache
def executable_schema() -> GraphQLSchema:
    """Return the schema that requests are validated against and executed with.

    It holds nothing of any one Linear, and graphql-core checks a schema once: all Linears share it.
    """
    schema = build_schema(sdl())
    for (type_name, field_name), resolver in {**QUERIES, **MUTATIONS, **CUSTOMER_FIELDS}.items():
        _object(schema, type_name).fields[field_name].resolve = resolver
    _union(schema, "ExternalEntityInfoMetadata").resolve_type = lambda *_: "ExternalEntitySlackMetadata"
    _scalar(schema, "DateTime").coerce_output_value = iso
    _scalar(schema, "DateTimeOrDuration").coerce_input_value = parse_date_time_or_duration
    _scalar(schema, "JSONObject").coerce_input_value = parse_json_object
    return schema


def by_name(source: Any, info: Info, **_args: Any) -> Any:
    """Resolve a field without a resolver: ``createdAt`` is the entity's ``created_at``."""
    name = snake(info.field_name)
    return source[name] if isinstance(source, dict) else getattr(source, name)


def _object(schema: GraphQLSchema, name: str) -> GraphQLObjectType:
    found = schema.type_map[name]
    if not isinstance(found, GraphQLObjectType):
        raise TypeError(f"{name} is no object type")
    return found


def _scalar(schema: GraphQLSchema, name: str) -> GraphQLScalarType:
    found = schema.type_map[name]
    if not isinstance(found, GraphQLScalarType):
        raise TypeError(f"{name} is no scalar")
    return found


def _union(schema: GraphQLSchema, name: str) -> GraphQLUnionType:
    found = schema.type_map[name]
    if not isinstance(found, GraphQLUnionType):
        raise TypeError(f"{name} is no union")
    return found
