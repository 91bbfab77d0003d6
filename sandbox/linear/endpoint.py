"""``POST /graphql``: faults, credentials, budgets, then the operation, and the answer's shape."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLSchema
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from sandbox.faults import Answer, ConnectionDroppedError, Faults
from sandbox.linear.budget import Budget
from sandbox.linear.calls import Call
from sandbox.linear.context import Acts, Context
from sandbox.linear.credentials import Credential, Credentials
from sandbox.linear.delivery import Delivery
from sandbox.linear.errors import RATELIMITED, ConflictError, LinearError
from sandbox.linear.operation import Operation, RefusedError
from sandbox.linear.uploads import Uploads
from sandbox.linear.webhooks import Webhooks
from sandbox.linear.world import World
from sandbox.serving import cut

ANY_OPERATION = "*"


@dataclass
class Statuses:
    """The HTTP status of answers whose operation was carried out with errors.

    Both 200 and 400 were observed at the real Linear, so clients have to read the body.
    """

    conflict: int = 200
    error: int = 200


class Endpoint:
    """Answers GraphQL requests.

    Args:
        world: what Linear holds.
        acts: what can be done to it.
        credentials: whom requests speak for.
        faults: the bad weather, by operation name, or ``*`` for any.
        schema: what is answered.
        uploads: where files go.
        webhooks: told before or after the answer.
        ring: called after each request.
    """

    def __init__(
        self,
        *,
        world: World,
        acts: Acts,
        credentials: Credentials,
        faults: Faults,
        schema: GraphQLSchema,
        uploads: Uploads,
        webhooks: Webhooks,
        ring: Callable[[], None],
    ) -> None:
        self._world = world
        self._acts = acts
        self._credentials = credentials
        self._faults = faults
        self._schema = schema
        self._uploads = uploads
        self._webhooks = webhooks
        self._ring = ring
        self.statuses = Statuses()
        self.calls: list[Call] = []

    async def answer(self, request: Request) -> Response:
        """Serve one request; a planted drop cuts its connection."""
        operation, refusal = await _read(request)
        call = Call(
            operation=operation.name if operation else "",
            variables=operation.variables if operation else {},
            query=operation.query if operation else "",
            at=self._world.now(),
            authorization=request.headers.get("Authorization"),
        )
        self.calls.append(call)
        began, told = time.perf_counter(), list[Delivery]()
        try:
            response = await self._with_faults(request, call, operation, refusal, told)
            call.status = response.status_code
        except ConnectionDroppedError:
            call.error = "dropped"
            cut(request.scope)
            response = Response()
        finally:
            call.seconds = time.perf_counter() - began
            self._ring()
        response.background = BackgroundTask(self._webhooks.after_answer, told)
        return response

    async def _with_faults(
        self,
        request: Request,
        call: Call,
        operation: Operation | None,
        refusal: RefusedError | None,
        told: list[Delivery],
    ) -> Response:
        fault = self._faults.take(call.operation) or self._faults.take(ANY_OPERATION)
        stand_in = await self._faults.before(fault)
        if stand_in is not None:
            return self._stand_in(request, call, stand_in)
        with self._webhooks.gathering(told):
            response = await self._carry_out(request, call, operation, refusal)
        # What is committed shows before a held answer leaves: tests wait for it.
        self._ring()
        await self._webhooks.before_answer(told)
        stand_in = await self._faults.after(fault)
        return response if stand_in is None else self._stand_in(request, call, stand_in)

    async def _carry_out(
        self, request: Request, call: Call, operation: Operation | None, refusal: RefusedError | None
    ) -> Response:
        credential, denial = self._identify(call)
        budget = self._credentials.budget(credential, _address(request))
        try:
            budget.spend_request()
            if credential is None or operation is None:
                raise denial or refusal or RuntimeError("a request without an operation and without a refusal")
            variables = operation.coerce(self._schema)
            call.complexity = operation.points(self._schema, variables)
            budget.spend_points(call.complexity)
            credential.require_scope(operation.mutations)
        except RefusedError as refused:
            return self._respond(call, budget, 400, {"errors": _entries(refused.errors)}, refused.errors)
        except LinearError as error:
            # Over the limit is HTTP 400, though the body says 429 (kendex#1018).
            status = 400 if error.kind is RATELIMITED else error.kind.status
            return self._respond(call, budget, status, {"errors": _entries([error])}, [error])
        context = Context(
            world=self._world,
            acts=self._acts,
            actor=credential.actor,
            budget=budget,
            points=call.complexity,
            now=self._world.now(),
            uploads=self._uploads,
            base_url=str(request.base_url).rstrip("/"),
        )
        return await self._execute(call, operation, context)

    async def _execute(self, call: Call, operation: Operation, context: Context) -> Response:
        data, errors = await operation.execute(self._schema, context)
        call.carried_out = True
        body = {"errors": _entries(errors), "data": data} if errors else {"data": data}
        return self._respond(call, context.budget, self._status(errors), body, errors)

    def _status(self, errors: Sequence[LinearError]) -> int:
        if not errors:
            return 200
        return self.statuses.conflict if isinstance(errors[0], ConflictError) else self.statuses.error

    def _identify(self, call: Call) -> tuple[Credential | None, LinearError | None]:
        try:
            return self._credentials.of(call.authorization), None
        except LinearError as error:
            return None, error

    def _respond(
        self, call: Call, budget: Budget, status: int, body: dict[str, Any], errors: Sequence[LinearError]
    ) -> Response:
        call.error = errors[0].kind.code if errors else None
        headers = budget.headers(call.complexity)
        return Response(json.dumps(body), status, headers, "application/json; charset=utf-8")

    def _stand_in(self, request: Request, call: Call, answer: Answer) -> Response:
        call.error = f"fault:{answer.status}"
        credential, _denial = self._identify(call)
        headers = self._credentials.budget(credential, _address(request)).headers(call.complexity)
        return Response(answer.body, answer.status, {**headers, **answer.headers}, answer.content_type)


async def _read(request: Request) -> tuple[Operation | None, RefusedError | None]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        body = None
    try:
        return Operation.read(body), None
    except RefusedError as refusal:
        return None, refusal


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _entries(errors: Sequence[LinearError]) -> list[dict[str, Any]]:
    return [error.as_json() for error in errors]
