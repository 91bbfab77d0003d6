"""Socket Mode: what an app is told over WebSocket connections that it opened itself.

The messages are those of docs.slack.dev/apis/events-api/using-socket-mode: ``hello``, envelopes, ``disconnect``.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Literal

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.slack.model import App, AppConfig, Json
from sandbox.slack.world import World

EnvelopeKind = Literal["slash_commands", "interactive", "events_api"]
LIFE_SECONDS = 3600
# The interactions whose acknowledgement Slack reads; with the others it is enough that there is one.
_READ = ("view_submission", "block_suggestion")


class NotConnectedError(Exception):
    """The app has no open connection."""


@dataclass(eq=False)
class Connection:
    """One open connection of an app; ``is_leaving`` once it was asked to reconnect."""

    config: AppConfig
    socket: WebSocket
    is_leaving: bool = False


class Sockets:
    """The connections of all apps.

    Args:
        world: knows who may connect.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._open: list[Connection] = []
        self._unanswered: dict[str, tuple[AppConfig, asyncio.Future[Json]]] = {}

    def of(self, app: App) -> list[Connection]:
        """Return the app's open connections that were not asked to leave; the one longest unused comes first."""
        return [each for each in self._open if each.config is app.config and not each.is_leaving]

    async def endpoint(self, socket: WebSocket) -> None:
        """Take one connection; a ticket is good for one."""
        config = self._world.tickets.pop(socket.query_params.get("ticket", ""), None)
        if config is None:
            await socket.close()
            return
        await socket.accept()
        connection = Connection(config, socket)
        same_app = [each for each in self._open if each.config is config]
        await socket.send_json(_hello(config, len(same_app) + 1))
        self._open.append(connection)
        self._world.changes.happened()
        try:
            while True:
                self._acknowledge(config, json.loads(await socket.receive_text()))
        except WebSocketDisconnect:
            pass
        finally:
            self._open.remove(connection)
            self._world.changes.happened()

    def _acknowledge(self, config: AppConfig, answer: Json) -> None:
        # By whichever connection of the app: slack_sdk answers by the new one when the old one is gone.
        wanted, answered = self._unanswered.get(answer["envelope_id"], (None, None))
        if answered is not None and wanted is config and not answered.done():
            answered.set_result(answer.get("payload") or {})

    async def deliver(self, app: App, kind: EnvelopeKind, payload: Json, retry: tuple[int, str] = (0, "")) -> Json:
        """Send an envelope over one connection and wait for its acknowledgement, for ever.

        Args:
            app: who gets it.
            kind: the envelope's type.
            payload: what a request's body is otherwise.
            retry: how often the event was sent before, and why it is sent again.

        Returns:
            The acknowledgement's payload; empty where Slack does not read it.

        Raises:
            NotConnectedError: the app has no open connection, or this one has just closed.
        """
        connection, envelope = self._take(app), self._envelope(kind, payload, retry)
        answered: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._unanswered[envelope["envelope_id"]] = (app.config, answered)
        try:
            await connection.socket.send_json(envelope)
            answer = await answered
        except (WebSocketDisconnect, RuntimeError):
            raise NotConnectedError from None
        finally:
            del self._unanswered[envelope["envelope_id"]]
        return answer if envelope["accepts_response_payload"] else {}

    def _take(self, app: App) -> Connection:
        free = self.of(app)
        if not free:
            raise NotConnectedError
        # To the end: the next envelope takes the next connection.
        self._open.remove(free[0])
        self._open.append(free[0])
        return free[0]

    def _envelope(self, kind: EnvelopeKind, payload: Json, retry: tuple[int, str]) -> Json:
        envelope = {
            "envelope_id": self._world.ids.uuid(),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind == "slash_commands" or payload.get("type") in _READ,
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry[0], "retry_reason": retry[1]}
        return envelope

    async def refresh(self, connection: Connection) -> None:
        """Ask for a new connection in place of this one, as Slack does every few hours."""
        connection.is_leaving = True
        await connection.socket.send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})

    async def drop(self, connection: Connection) -> None:
        """Close a connection without a word before."""
        connection.is_leaving = True
        await connection.socket.close()


def _hello(config: AppConfig, number: int) -> Json:
    return {
        "type": "hello",
        "num_connections": number,
        "connection_info": {"app_id": config.id},
        "debug_info": {"host": "sandbox", "approximate_connection_time": LIFE_SECONDS},
    }
