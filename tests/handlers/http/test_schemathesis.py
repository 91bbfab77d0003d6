"""The API is held to its own OpenAPI document, with requests that Schemathesis makes up from it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from handlers.http.parts import Pace
from tests.callers import Caller, line_to, owners
from tests.world import World, open_world

ADMIN = "the-admin-token"
EXAMPLES = 16
ROUTES = 12
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PACE = Pace(requests_per_minute=100_000, wrong_per_minute=100_000, linear_seconds=0)
# What is made up never names an issue that is there, so that these take its place in some requests.
ISSUES = [None, "1", "ISS-2026-0002", "0001"]


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, admin_token=ADMIN, pace=PACE) as opened:
        yield opened


@pytest.fixture
async def vera(world: World) -> AsyncIterator[Caller]:
    async with line_to(world) as http:
        yield await owners(http, world)


Cases = st.SearchStrategy[Case[Any]]


class Examination:
    """Sends made-up requests and checks the answers; ``seen`` counts them by route and status."""

    def __init__(self, url: str, token: str) -> None:
        self.seen = Counter[tuple[str, int]]()
        self._url = url
        self._token = token

    def run(self) -> None:
        """Examine every operation, with requests that fit the document and with others that do not."""
        document = schemathesis.openapi.from_url(f"{self._url}/openapi.json")
        with requests.Session() as session:
            for found in document.get_all_operations():
                assert isinstance(found, Ok)
                operation = found.ok()
                for cases in operation.get_strategies_from_examples():
                    self._examine(operation.label, cases, st.none(), session)
                for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                    cases = operation.as_strategy(generation_mode=mode)
                    self._examine(operation.label, cases, st.sampled_from(ISSUES), session)

    def _examine(
        self, label: str, cases: Cases, issues: st.SearchStrategy[str | None], session: requests.Session
    ) -> None:
        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases, issue=issues)
        def examine(case: Case[Any], issue: str | None) -> None:
            if issue is not None and "issue" in case.path_parameters:
                case.path_parameters["issue"] = issue
            token = ADMIN if case.path.endswith("/register/") else self._token
            answer = case.call(session=session, headers={"Authorization": f"Token {token}"})
            self.seen[label, answer.status_code] += 1
            case.validate_response(answer, checks=CHECKS)

        examine()


@pytest.mark.timeout(120)
async def test_every_answer_is_as_the_document_says(world: World, vera: Caller) -> None:
    for title in ("Export fails", "Import fails"):
        await vera.raises(title)
    examination = Examination(world.server.url, vera.token)
    await asyncio.to_thread(examination.run)
    routes = {route for route, _ in examination.seen}
    assert len(routes) == ROUTES
    # Otherwise nothing but refusals would have been looked at.
    assert {route for route, status in examination.seen if status in {200, 201}} == routes
    statuses = {status for _, status in examination.seen}
    assert {200, 201, 400, 404, 409} <= statuses
    assert world.errors == []
