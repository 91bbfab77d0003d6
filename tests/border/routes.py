"""How a program tries each route of the API, with Acme's ids."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tests.border.roles import Who
from tests.border.scene import Scene


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A request's body, if it has one, and whether it is about the issue that is resolved."""

    body: Mapping[str, Any] | None = None
    of_resolved: bool = False


_CLIENT, _VENDOR = "/api/client/issues", "/api/vendor/issues"
_REGISTRATION = {"organization": "Initech", "email": "iris@initech.example", "first_name": "Iris"}

ROUTES: Mapping[str, Ask] = {
    f"POST {_CLIENT}/raise/": Ask(body={"title": "A border", "organization": "acme"}),
    f"GET {_CLIENT}/": Ask(),
    f"GET {_CLIENT}/{{issue}}/": Ask(),
    f"POST {_CLIENT}/{{issue}}/comments/": Ask(body={"text": "Me too."}),
    f"POST {_CLIENT}/{{issue}}/confirm/": Ask(of_resolved=True),
    f"POST {_CLIENT}/{{issue}}/reopen/": Ask(of_resolved=True),
    f"POST {_CLIENT}/{{issue}}/close/": Ask(),
    f"GET {_VENDOR}/": Ask(),
    f"GET {_VENDOR}/{{issue}}/": Ask(),
    f"POST {_VENDOR}/{{issue}}/comments/ (internal)": Ask(body={"text": "Hm.", "visibility": "internal"}),
    f"POST {_VENDOR}/{{issue}}/comments/ (public)": Ask(body={"text": "Ah.", "visibility": "public"}),
    f"POST {_VENDOR}/{{issue}}/claim/": Ask(),
    f"POST {_VENDOR}/{{issue}}/start/": Ask(),
    f"POST {_VENDOR}/{{issue}}/resolve/": Ask(),
    f"POST {_VENDOR}/{{issue}}/reopen/": Ask(of_resolved=True),
    f"POST {_VENDOR}/{{issue}}/close/": Ask(),
    "POST /api/auth/register/": Ask(body=_REGISTRATION),
    "GET /api/me/": Ask(),
    "POST /api/me/mode/": Ask(body={"mode": "vendor"}),
}


async def call(scene: Scene, door: str, who: Who) -> httpx.Response:
    """Send the request with somebody's token."""
    ask = ROUTES[door]
    method, path = door.partition(" (")[0].split()
    ref = scene.resolved if ask.of_resolved else scene.open
    return await scene.http.request(
        method,
        path.format(issue=ref.issue_id),
        json=ask.body,
        headers={"Authorization": f"Token {scene.cast.tokens[who]}"},
    )
