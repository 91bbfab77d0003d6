"""The points a query costs, by Linear's documented formula.

An object is 1 point, a property 0.1; a connection multiplies what it holds by its page size (``first``, 50 when
left out); the sum is rounded up. ``pageInfo`` and the connection itself are taken as free: how Linear counts
them is not said.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from sandbox.linear.paging import DEFAULT_PAGE

LARGEST_QUERY = 10_000
_OBJECT = 1.0
_PROPERTY = 0.1
_PAGE_PARTS = {"nodes", "edges"}


class Estimate:
    """Counts the points of one valid document.

    Args:
        schema: the schema the document was validated against.
        document: the document, for its fragments.
        variables: the coerced variables, for page sizes.
    """

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._schema = schema
        self._variables = variables
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }

    def points(self, operation: OperationDefinitionNode) -> int:
        """Return the operation's points."""
        root = self._schema.get_root_type(operation.operation)
        # Rounded first: a sum of tenths is off by a hair, which rounding up would make a point.
        return math.ceil(round(self._selections(operation.selection_set, root), 6))

    def _selections(self, selections: SelectionSetNode | None, parent: Any) -> float:
        return sum(self._field(field, parent) for field in self._fields(selections))

    def _fields(self, selections: SelectionSetNode | None) -> Iterator[FieldNode]:
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, InlineFragmentNode):
                yield from self._fields(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                yield from self._fields(self._fragments[selection.name.value].selection_set)

    def _field(self, field: FieldNode, parent: Any) -> float:
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) or field.selection_set is None:
            return _PROPERTY
        definition = parent.fields.get(field.name.value)
        held = get_named_type(definition.type) if definition else None
        if held is not None and held.name.endswith("Connection"):
            return self._page_size(field) * self._page(field, held)
        return _OBJECT + self._selections(field.selection_set, held)

    def _page(self, field: FieldNode, held: Any) -> float:
        parts = [part for part in self._fields(field.selection_set) if part.name.value in _PAGE_PARTS]
        return sum(self._entry(part, held) for part in parts)

    def _entry(self, part: FieldNode, held: Any) -> float:
        entry = get_named_type(held.fields[part.name.value].type)
        inner = self._selections(part.selection_set, entry)
        # An edge is the way to its node, not an object of its own.
        return inner if part.name.value == "edges" else _OBJECT + inner

    def _page_size(self, field: FieldNode) -> int:
        for argument in field.arguments or ():
            if argument.name.value == "first":
                value = argument.value
                given = self._variables.get(value.name.value) if isinstance(value, VariableNode) else None
                size = int(value.value) if isinstance(value, IntValueNode) else given
                return DEFAULT_PAGE if size is None else max(int(size), 0)
        return DEFAULT_PAGE
