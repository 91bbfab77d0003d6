"""A request's GraphQL operation: read from the body, checked against the schema, and carried out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from inspect import isawaitable
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    execute,
    parse,
    validate,
)
from graphql.execution import get_variable_values

from sandbox.linear.complexity import LARGEST_QUERY, Estimate
from sandbox.linear.context import Context
from sandbox.linear.errors import INTERNAL, OPERATION, PARSE, VALIDATION, VARIABLES, Kind, LinearError
from sandbox.linear.schema import by_name

# How many documents are kept parsed and checked. A client sends the same few again and again, with other variables.
DOCUMENTS = 256


class RefusedError(Exception):
    """The whole request is refused (HTTP 400) before anything is carried out.

    Args:
        errors: the entries of ``errors``.
    """

    def __init__(self, errors: Sequence[LinearError]) -> None:
        super().__init__(errors[0].message)
        self.errors = list(errors)


@dataclass(frozen=True)
class Operation:
    """The operation of one request.

    Args:
        name: its name; the first field's name when it has none.
        query: the document as it was sent.
        document: the document, parsed.
        definition: the operation that is asked for.
        variables: the variables as they were sent.
    """

    name: str
    query: str
    document: DocumentNode
    definition: OperationDefinitionNode
    variables: Mapping[str, Any]

    @classmethod
    def read(cls, body: Any) -> "Operation":
        """Return the operation of a request's JSON body.

        Raises:
            RefusedError: there is no query, no syntax in it, or no operation of the name asked for.
        """
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            raise RefusedError([LinearError(PARSE, "The request's body must be JSON with a query.")])
        try:
            document = _parsed(body["query"])
        except GraphQLSyntaxError as error:
            raise RefusedError([LinearError(PARSE, error.message)]) from error
        definition = _select(document, body.get("operationName"))
        return cls(_name(definition), body["query"], document, definition, body.get("variables") or {})

    def coerce(self, schema: GraphQLSchema) -> dict[str, Any]:
        """Check the document and return the variables as the schema's types want them.

        Raises:
            RefusedError: the document or a variable does not fit the schema.
        """
        errors = _faults_of(schema, self.query)
        if errors:
            raise RefusedError(_refusals(VALIDATION, errors))
        values = get_variable_values(schema, self.definition.variable_definitions or (), dict(self.variables))
        if isinstance(values, list):
            raise RefusedError(_refusals(VARIABLES, values))
        return values.coerced

    def points(self, schema: GraphQLSchema, variables: Mapping[str, Any]) -> int:
        """Return what the operation costs.

        Raises:
            RefusedError: more than one query may.
        """
        points = Estimate(schema, self.document, variables).points(self.definition)
        if points > LARGEST_QUERY:
            # The limit is documented, the words of the refusal are not.
            sentence = f"The query is too complex: {points} points, and at most {LARGEST_QUERY} are allowed."
            raise RefusedError([LinearError(VALIDATION, sentence, sentence)])
        return points

    @property
    def mutations(self) -> list[str]:
        """The names of the mutations it carries out."""
        if self.definition.operation is not OperationType.MUTATION:
            return []
        return [one.name.value for one in self.definition.selection_set.selections if isinstance(one, FieldNode)]

    async def execute(self, schema: GraphQLSchema, context: Context) -> tuple[Any, list[LinearError]]:
        """Carry the operation out; return ``data`` and the errors."""
        name = self.definition.name.value if self.definition.name else None
        running = execute(
            schema,
            self.document,
            context_value=context,
            variable_values=dict(self.variables),
            operation_name=name,
            field_resolver=by_name,
        )
        result: ExecutionResult = await running if isawaitable(running) else running
        return result.data, [_cause(error) for error in result.errors or []]


@lru_cache(DOCUMENTS)
def _parsed(query: str) -> DocumentNode:
    return parse(query)


@lru_cache(DOCUMENTS)
def _faults_of(schema: GraphQLSchema, query: str) -> Sequence[GraphQLError]:
    return validate(schema, _parsed(query))


def _select(document: DocumentNode, wanted: Any) -> OperationDefinitionNode:
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if wanted is not None:
        operations = [one for one in operations if one.name and one.name.value == wanted]
        if not operations:
            raise RefusedError([LinearError(OPERATION, f'Unknown operation named "{wanted}".')])
    if len(operations) != 1:
        what = "Must provide operation name if query contains multiple operations."
        raise RefusedError([LinearError(OPERATION, what if operations else "Must provide an operation.")])
    return operations[0]


def _name(definition: OperationDefinitionNode) -> str:
    if definition.name:
        return definition.name.value
    fields = [one for one in definition.selection_set.selections if isinstance(one, FieldNode)]
    return fields[0].name.value if fields else ""


def _refusals(kind: Kind, errors: Sequence[GraphQLError]) -> list[LinearError]:
    return [LinearError(kind, error.message) for error in errors]


def _cause(error: GraphQLError) -> LinearError:
    if isinstance(error.original_error, LinearError):
        return error.original_error
    # A fault of the sandbox itself: said in the answer, where a test's failure shows it.
    return LinearError(INTERNAL, f"The sandbox failed: {error.original_error or error.message!r}")
