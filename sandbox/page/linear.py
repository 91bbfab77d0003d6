"""The page's doors into Linear: all that is there, and what an engineer does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.company import Company
from sandbox.linear.delivery import Delivery
from sandbox.linear.engineer import Engineer
from sandbox.linear.errors import LinearError
from sandbox.linear.linear import Linear
from sandbox.page.asking import RefusedError, read_object, refusal
from sandbox.page.feed import Feed

_FRESH = {"Cache-Control": "no-store"}
SHOWN = 60
# Those of the webhooks' switches that the page has, and what each may be.
SWITCHES: Mapping[str, tuple[type, ...]] = {"held": (bool,), "lose": (bool,), "delay": (int, float)}
NOBODY = "Nobody in Linear has this name."
Asked = Mapping[str, Any]


class NotUnderstoodError(Exception):
    """The page asked for something that cannot be."""


@dataclass(frozen=True)
class _Named:
    id: str


def linear_routes(company: Company, feed: Feed) -> list[BaseRoute]:
    """Return the routes of Linear's side, and let the feed tell ``linear`` at each change.

    Args:
        company: whose Linear.
        feed: the page's live wire.
    """
    company.linear.watch(lambda: feed.tell("linear"))
    doors = LinearDoors(company.linear, lambda: feed.tell("linear"))
    return [
        Route("/_/linear", doors.look),
        Route("/_/linear/act", doors.act, methods=["POST"]),
        Route("/_/linear/webhooks", doors.look_at_webhooks),
        Route("/_/linear/webhooks/act", doors.act_on_webhooks, methods=["POST"]),
    ]


class LinearDoors:
    """Answers below ``/_/linear``.

    Args:
        linear: what is looked at and acted in.
        changed: called when something changes of which Linear itself does not tell.
    """

    def __init__(self, linear: Linear, changed: Callable[[], None]) -> None:
        self._linear = linear
        self._changed = changed

    async def look(self, _request: Request) -> Response:
        """Answer what there is."""
        people = [{"id": one.id, "name": one.name} for one in self._linear.people]
        return JSONResponse({**self._linear.state(), "people": people}, headers=_FRESH)

    async def act(self, request: Request) -> Response:
        """Let an engineer do something: ``{"as", "do", ...}``."""
        try:
            return self._carry_out(await read_object(request))
        except RefusedError as error:
            return error.answer()

    async def look_at_webhooks(self, _request: Request) -> Response:
        """Answer what was told or is to be, the newest first, and the switches for what is to come."""
        webhooks = self._linear.webhooks
        names = {issue.id: issue.identifier for issue in self._linear.issues()}
        shown = [_delivery(one, names) for one in webhooks.deliveries[-SHOWN:]]
        switches = {name: getattr(webhooks.switches, name) for name in SWITCHES}
        return JSONResponse({"deliveries": shown[::-1], "switches": switches}, headers=_FRESH)

    async def act_on_webhooks(self, request: Request) -> Response:
        """Handle a delivery, ``{"do", "delivery"}``, or turn a switch, ``{"do": "switch", "switch", "to"}``."""
        try:
            asked = await read_object(request)
            if asked.get("do") == "switch":
                self._turn(asked)
            else:
                await self._handle_delivery(asked)
        except RefusedError as error:
            return error.answer()
        except NotUnderstoodError as error:
            return refusal(400, str(error))
        self._changed()
        return JSONResponse({"ok": True}, headers=_FRESH)

    def _turn(self, asked: Asked) -> None:
        name, to = _text(asked, "switch"), asked.get("to")
        if name not in SWITCHES or type(to) not in SWITCHES[name]:
            raise NotUnderstoodError(f"There is no switch {name!r} that can be {to!r}.")
        setattr(self._linear.webhooks.switches, name, to)

    async def _handle_delivery(self, asked: Asked) -> None:
        webhooks, wanted = self._linear.webhooks, _text(asked, "delivery")
        delivery = next((one for one in reversed(webhooks.deliveries) if one.id == wanted), None)
        if delivery is None:
            raise NotUnderstoodError("There is no such delivery any more.")
        match asked.get("do"):
            case "lose":
                webhooks.lose(delivery)
            case "hold":
                webhooks.hold(delivery)
            case "release":
                await webhooks.release(delivery)
            case "send_again":
                await webhooks.send_again(delivery)
            case "rename":
                await webhooks.send_again(delivery, renamed=True)
            case "forge":
                await webhooks.forge(delivery)
            case "stale":
                await webhooks.send_stale(delivery)
            case do:
                raise NotUnderstoodError(f"Nobody can do {do!r} to a delivery.")

    def _carry_out(self, asked: Asked) -> Response:
        user = next((one for one in self._linear.people if one.id == asked.get("as")), None)
        if user is None:
            return refusal(404, NOBODY)
        act = ACTS.get(str(asked.get("do")))
        if act is None:
            return refusal(400, f"Nobody can do {asked.get('do')!r} here.")
        try:
            made = act(self._linear.as_user(user), asked)
        except NotUnderstoodError as error:
            return refusal(400, str(error))
        except LinearError as error:
            return JSONResponse({"ok": False, "error": error.presentable or str(error)}, headers=_FRESH)
        return JSONResponse({"ok": True, "id": getattr(made, "id", None)}, headers=_FRESH)


def _delivery(one: Delivery, names: Mapping[str, str]) -> dict[str, Any]:
    data = one.payload.get("data") or {}
    return {
        "id": one.id,
        "event": one.event,
        "action": one.action,
        "issue": data.get("identifier") or names.get(data.get("issueId", "")),
        "changed": sorted(set(one.payload.get("updatedFrom") or {}) - {"updatedAt"}),
        "by": (one.payload.get("actor") or {}).get("name"),
        "at": one.at,
        "state": one.state,
        "due": one.due,
        "oddity": one.oddity,
        "attempts": [
            {"at": each.at, "status": each.status, "seconds": each.seconds, "answer": each.answer, "ok": each.ok}
            for each in one.attempts
        ],
        "payload": one.payload,
    }


def _text(asked: Asked, name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str):
        raise NotUnderstoodError(f"{name} is a text.")
    return value


def _named(asked: Asked, name: str) -> _Named:
    return _Named(_text(asked, name))


def _maybe_named(asked: Asked, name: str) -> _Named | None:
    return None if asked.get(name) is None else _named(asked, name)


def _priority(asked: Asked) -> int:
    value = asked.get("priority")
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotUnderstoodError("priority is a number from 0 to 4.")
    return value


ACTS: Mapping[str, Callable[[Engineer, Asked], Any]] = {
    "raise": lambda who, asked: who.raise_issue(
        _named(asked, "team"), _text(asked, "title"), asked.get("description") and _text(asked, "description")
    ),
    "move": lambda who, asked: who.move(_text(asked, "issue"), _text(asked, "state")),
    "rename": lambda who, asked: who.rename(_text(asked, "issue"), _text(asked, "title")),
    "describe": lambda who, asked: who.describe(_text(asked, "issue"), _text(asked, "description") or None),
    "prioritize": lambda who, asked: who.set_priority(_text(asked, "issue"), _priority(asked)),
    "assign": lambda who, asked: who.assign(_text(asked, "issue"), _maybe_named(asked, "user")),
    "label": lambda who, asked: who.label(_text(asked, "issue"), _named(asked, "label")),
    "unlabel": lambda who, asked: who.unlabel(_text(asked, "issue"), _named(asked, "label")),
    "comment": lambda who, asked: who.comment(
        _text(asked, "issue"), _text(asked, "body"), answering=_maybe_named(asked, "answering")
    ),
    "edit_comment": lambda who, asked: who.edit_comment(_named(asked, "comment"), _text(asked, "body")),
    "delete_comment": lambda who, asked: who.delete_comment(_named(asked, "comment")),
    "archive": lambda who, asked: who.archive(_text(asked, "issue")),
    "delete": lambda who, asked: who.delete(_text(asked, "issue")),
    "restore": lambda who, asked: who.restore(_text(asked, "issue")),
}
