"""The OpenAPI document and the page to read it: complete, and without the internet."""

import json
import re
from typing import Any

import httpx
import jsonschema
import pytest

from handlers.http.documents import ALWAYS
from tests.callers import REGISTER

METHODS = {"get", "post"}
ROUTES = {
    ("post", "/api/auth/register/"),
    ("get", "/api/me/"),
    ("post", "/api/me/mode/"),
    ("post", "/api/client/issues/raise/"),
    ("get", "/api/client/issues/"),
    ("get", "/api/client/issues/{issue}/"),
    ("post", "/api/client/issues/{issue}/comments/"),
    ("post", "/api/client/issues/{issue}/{action}/"),
    ("get", "/api/vendor/issues/"),
    ("get", "/api/vendor/issues/{issue}/"),
    ("post", "/api/vendor/issues/{issue}/comments/"),
    ("post", "/api/vendor/issues/{issue}/{action}/"),
}


@pytest.fixture
async def document(http: httpx.AsyncClient) -> dict[str, Any]:
    answer = await http.get("/openapi.json")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


async def test_every_route_is_documented(document: dict[str, Any]) -> None:
    assert {(method, path) for method, path, _ in operations(document)} == ROUTES


async def test_every_route_has_a_name_for_clients_made_from_the_document(
    document: dict[str, Any],
) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(ROUTES)
    assert "client_raise_issue" in names


async def test_every_route_tells_its_errors_and_never_a_422(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        statuses = {int(status) for status in operation["responses"]}
        assert statuses > set(ALWAYS), path
        assert 422 not in statuses
        assert ("requestBody" in operation) <= (400 in statuses)
        assert ("{issue}" in path) <= ({403, 404, 409} <= statuses)
    assert "HTTPValidationError" not in json.dumps(document)


async def test_every_answer_has_examples_that_fit_its_schema(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        for status, response in operation["responses"].items():
            content = response["content"]["application/json"]
            examples = [each["value"] for each in content.get("examples", {}).values()] or [content["example"]]
            for example in examples:
                schema = {**content["schema"], "components": document["components"]}
                jsonschema.validate(example, schema)
                assert (int(status) >= 400) == ("error" in example), (method, path, status)


async def test_every_route_asks_for_a_token_and_every_write_takes_a_key(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["Token"]["name"] == "Authorization"
    for method, path, operation in operations(document):
        assert operation["security"] == [{"Token": []}]
        assert operation["summary"]
        assert operation["description"]
        keyed = "Idempotency-Key" in {parameter["name"] for parameter in operation.get("parameters", [])}
        assert keyed == (method == "post" and path != REGISTER)


async def test_the_page_loads_nothing_from_outside(http: httpx.AsyncClient) -> None:
    page = await http.get("/docs")
    assert page.status_code == 200
    assert "/openapi.json" in page.text
    assert re.findall(r"https?://[^\s'\"<]+", page.text) == []
    loaded = re.findall(r"(?:src|href)=\"([^\"]+)\"", page.text)
    assert len(loaded) >= 2
    for address in loaded:
        answer = await http.get(address)
        assert answer.status_code == 200, address
        assert answer.content
    assert '"validatorUrl": null' in page.text
