"""The HTTP API as one ASGI program: its routes, its errors, and its OpenAPI document with a page to read it."""

from fastapi import FastAPI, Security
from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.errors import ThreadlineError
from handlers.http.client import Client
from handlers.http.documents import document, operation_id, token_header
from handlers.http.errors import HttpError, answer_error, answer_http_error, answer_invalid
from handlers.http.gate import Gate
from handlers.http.parts import HttpParts
from handlers.http.people import People
from handlers.http.vendor import Vendor


def open_api(parts: HttpParts) -> ASGIApp:
    """Return the API: what is under ``/api/``, ``/openapi.json``, and ``/docs``, made of our own files."""
    return Gate(_BuiltAtFirst(parts), parts)


class _BuiltAtFirst:
    """The routes, built when they are first asked for: it takes a tenth of a second, and many never need them."""

    def __init__(self, parts: HttpParts) -> None:
        self._parts = parts
        self._app: FastAPI | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self._app is None:
            self._app = _build(self._parts)
        await self._app(scope, receive, send)


def _build(parts: HttpParts) -> FastAPI:
    app = FastAPIOffline(
        title="Threadline",
        redoc_url=None,
        generate_unique_id_function=operation_id,
        # The gate sees to the slash at the end; a redirection would be an answer that no route documents.
        redirect_slashes=False,
        static_url="/docs/static",
        # The badge of Swagger's validator would be loaded from Swagger's server.
        swagger_ui_parameters={"validatorUrl": None, "defaultModelsExpandDepth": 0},
        # Traces, metrics and logs of its own, to whatever is configured for the process: we have none.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        exception_handlers={
            RequestValidationError: answer_invalid,
            HTTPException: answer_http_error,
            HttpError: answer_error,
            ThreadlineError: answer_error,
            Exception: answer_error,
        },
    )
    _add_routes(app, parts)
    return app


def _add_routes(app: FastAPI, parts: HttpParts) -> None:
    for group in (Client(parts), Vendor(parts), People(parts)):
        # The gate has read the token by then: this is for the document.
        app.include_router(group.router(), dependencies=[Security(token_header)])
    app.openapi = document(app)  # type: ignore[method-assign]
