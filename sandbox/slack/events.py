"""The Events API: who hears of what, in which envelope, and how often when nobody answers."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.slack.delivery import RETRY_NUMBER, RETRY_REASON, Deliveries, Delivery
from sandbox.slack.model import App, Json
from sandbox.slack.records import Event
from sandbox.slack.world import World

# Seconds after the failure at which Slack tries again: at once, after a minute, after five
# (docs.slack.dev/apis/events-api, "Error handling").
RETRY_AFTER = (0, 60, 300)


@dataclass(eq=False)
class Failed:
    """An event that the app has not taken yet."""

    app: App
    body: bytes
    tries: int
    reason: str
    due: float


class Events:
    """Delivers events in the background and keeps those that failed.

    Args:
        world: what happens in it is delivered.
        deliveries: by which it is sent.
        retry_after: seconds after each failure at which it may be tried again.
    """

    def __init__(self, world: World, deliveries: Deliveries, retry_after: Sequence[float] = RETRY_AFTER) -> None:
        self._world = world
        self._retry_after = retry_after
        self._deliveries = deliveries
        self._under_way: set[asyncio.Task[None]] = set()
        self.failed: list[Failed] = []

    def publish(self, event: Event) -> None:
        """Send an event to every app that subscribed to it and may see it; one delivery for an app."""
        told: set[str] = set()
        for app in self._world.apps:
            if app.id not in told and self._hears(app, event):
                told.add(app.id)
                body = json.dumps(self._envelope(app, event)).encode()
                task = asyncio.get_running_loop().create_task(self._deliver(app, body, 0, ""))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    @staticmethod
    def _hears(app: App, event: Event) -> bool:
        if app.request_url is None and not app.socket_mode:
            return False
        if event.app is not None and event.app is not app:
            return False
        wanted = app.config.bot_events
        if wanted is not None and event.subscription not in wanted:
            return False
        if event.channel is None:
            return event.app is app
        return not app.revoked and app.bot_user in event.channel.members

    def _envelope(self, app: App, event: Event) -> Json:
        shared = event.channel is not None and event.channel.is_ext_shared
        return {
            "token": app.config.verification_token,
            # In a shared channel the team is the actor's; the app's own stands in the authorizations (Bolt reads
            # `authorizations[0]` for this very reason, slack_bolt/request/internals.py).
            "team_id": event.actor.team.id if shared else app.team.id,
            "context_team_id": app.team.id,
            "context_enterprise_id": None,
            "api_app_id": app.id,
            "event": event.body,
            "type": "event_callback",
            "event_id": self._world.ids.make("Ev"),
            "event_time": int(self._world.clock.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": app.team.id,
                    "user_id": app.bot_user.id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": shared,
        }

    async def _deliver(self, app: App, body: bytes, tries: int, reason: str) -> None:
        headers = {RETRY_NUMBER: str(tries), RETRY_REASON: reason} if tries else {}
        delivery = await self._deliveries.event(app, body, headers)
        no_retry = delivery.answer_headers.get("x-slack-no-retry") == "1"
        if delivery.ok or no_retry or tries >= len(self._retry_after):
            return
        due = self._world.clock.now() + self._retry_after[tries]
        self.failed.append(Failed(app, body, tries + 1, _reason(delivery), due))

    async def retry(self, *, due_only: bool) -> int:
        """Try failed events once more.

        Args:
            due_only: only those whose time has come by the clock.

        Returns:
            How many were sent.
        """
        now = self._world.clock.now()
        batch = [failed for failed in self.failed if not due_only or failed.due <= now]
        self.failed = [failed for failed in self.failed if failed not in batch]
        tries = (self._deliver(failed.app, failed.body, failed.tries, failed.reason) for failed in batch)
        await asyncio.gather(*tries)
        return len(batch)

    async def quiet(self) -> None:
        """Wait until no event is being delivered, those included that are caused meanwhile."""
        while self._under_way:
            await asyncio.gather(*self._under_way)


def _reason(delivery: Delivery) -> str:
    if delivery.envelope is not None:
        return "timeout"
    if delivery.timed_out:
        return "http_timeout"
    return "http_error" if delivery.status else "connection_failed"
