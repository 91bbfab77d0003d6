"""Webhooks: who hears of what, the log of what was sent, and the weather it meets on the way."""

import asyncio
import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar

from sandbox.clock import Clock
from sandbox.linear.delivery import Attempt, Delivery, Post
from sandbox.linear.journal import Change
from sandbox.linear.payloads import payload
from sandbox.linear.subscription import Webhook
from sandbox.linear.switches import Switches
from sandbox.linear.world import World

# Seconds after a failure: a minute, an hour, six hours, and no more (linear.app/developers/webhooks).
RETRY_AFTER = (60, 3_600, 21_600)
KEPT = 300
_told: ContextVar[list[Delivery] | None] = ContextVar("told", default=None)


class Webhooks:
    """Delivers what happens, in the background, and keeps what was sent.

    Args:
        world: its clock tells when something is sent and due.
        ring: called whenever an attempt begins or has ended.
        ack_seconds: how many of the machine's seconds a receiver may take.
        signing_clock: stamps ``webhookTimestamp``, which receivers compare with their own time.
    """

    def __init__(self, world: World, ring: Callable[[], None], *, ack_seconds: float, signing_clock: Clock) -> None:
        self._world = world
        self._ring = ring
        self._post = Post(ack_seconds)
        self._signing_clock = signing_clock
        self._under_way: set[asyncio.Task[None]] = set()
        self._closed = False
        self.switches = Switches()
        #: When set: asked for the switches of each delivery that begins, in place of ``switches``.
        self.weather: Callable[[Delivery], Switches] | None = None
        #: Everything that was or is to be sent, oldest first.
        self.deliveries: list[Delivery] = []

    # ------------------------------------------------------------------ telling

    def hear(self, change: Change) -> list[Delivery]:
        """Tell a change to every webhook that wants it; return the deliveries."""
        found = [
            self._make(webhook, change) for webhook in self._world.webhooks.values() if _wants(webhook, change)
        ]
        for delivery in found:
            self._begin(delivery)
        return found

    def _make(self, webhook: Webhook, change: Change) -> Delivery:
        return Delivery(
            id=self._world.new_id(),
            webhook=webhook,
            payload=payload(change),
            url=webhook.url,
            at=change.at,
            switches=self.switches,
        )

    def _begin(self, delivery: Delivery) -> None:
        switches = dataclasses.replace(self.weather(delivery) if self.weather else self.switches)
        delivery.switches = switches
        self.deliveries.append(delivery)
        self._stamp(delivery)
        if switches.lose:
            delivery.state = "lost"
        elif switches.held:
            delivery.state = "held"
        elif switches.delay:
            delivery.due = self._world.now() + switches.delay
        elif (told := _told.get()) is None:
            self._start([delivery])
        else:
            told.append(delivery)

    def _stamp(self, delivery: Delivery) -> None:
        delivery.stamp(int((self._signing_clock.now() - delivery.switches.stale) * 1000))
        if delivery.switches.stale:
            delivery.oddity = "stale"
        if delivery.switches.forge:
            delivery.oddity = "forged"
            delivery.signature = _another(delivery.signature)

    # ------------------------------------------------------------------ before and after an answer

    @contextlib.contextmanager
    def gathering(self, told: list[Delivery]) -> Iterator[None]:
        """Collect the deliveries that begin within, instead of sending them."""
        token = _told.set(told)
        try:
            yield
        finally:
            _told.reset(token)

    async def before_answer(self, told: Sequence[Delivery]) -> None:
        """Send what is not to wait for the answer; return when what is to overtake it has been received."""
        tasks = self._start([one for one in told if one.switches.order == "before"])
        self._start([one for one in told if one.switches.order == "free"])
        if tasks:
            await asyncio.wait(tasks)

    async def after_answer(self, told: Sequence[Delivery]) -> None:
        """Send what has waited for the answer to leave."""
        self._start([one for one in told if one.switches.order == "after"])

    # ------------------------------------------------------------------ sending

    def _start(self, deliveries: Sequence[Delivery]) -> list[asyncio.Task[None]]:
        if self._closed:
            return []
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(self._carry(delivery)) for delivery in deliveries]
        for task in tasks:
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return tasks

    async def _carry(self, delivery: Delivery) -> None:
        delivery.state, delivery.due = "sending", None
        self._ring()
        self._prepare(delivery)
        delivery.tries += 1
        attempts = [await self._attempt(delivery) for _copy in range(delivery.switches.copies)]
        if any(attempt.ok for attempt in attempts):
            delivery.state = "delivered"
        elif delivery.oddity or delivery.tries > len(RETRY_AFTER):
            delivery.state = "failed"
        else:
            delivery.state, delivery.due = "waiting", self._world.now() + RETRY_AFTER[delivery.tries - 1]
        self._ring()

    def _prepare(self, delivery: Delivery) -> None:
        again = delivery.tries > 0
        if again and delivery.switches.rename_retries:
            delivery.id = self._world.new_id()
        if not again or delivery.switches.restamp_retries:
            self._stamp(delivery)

    async def _attempt(self, delivery: Delivery) -> Attempt:
        attempt = await self._post.send(delivery, self._world.now())
        delivery.attempts.append(attempt)
        self._ring()
        return attempt

    async def retry_due(self) -> int:
        """Send what the clock says is due, retries and delayed ones; return how many.

        Nothing is sent while held, and never to a webhook that was switched off meanwhile.
        """
        now = self._world.now()
        due = [one for one in self.deliveries if one.state == "waiting" and one.due is not None and one.due <= now]
        for delivery in [one for one in due if not one.webhook.enabled]:
            self.lose(delivery)
        due = [] if self.switches.held else [one for one in due if one.state == "waiting"]
        for delivery in due:
            delivery.state = "sending"
        await asyncio.gather(*map(self._carry, due))
        return len(due)

    # ------------------------------------------------------------------ by hand

    async def release(self, *deliveries: Delivery) -> None:
        """Send deliveries that are held or wait, one after the other in this order.

        With none named: all that are held, oldest first. While the switch is on, new ones are held as before.
        """
        for delivery in deliveries or [one for one in self.deliveries if one.state == "held"]:
            if delivery.state in {"held", "waiting"}:
                await self._carry(delivery)

    def hold(self, delivery: Delivery) -> None:
        """Keep a delivery that waits for its time or its retry until it is released."""
        if delivery.state == "waiting":
            delivery.state, delivery.due = "held", None

    def lose(self, delivery: Delivery) -> None:
        """Never send a delivery that has not been received yet."""
        if delivery.state in {"held", "waiting"}:
            delivery.state, delivery.due = "lost", None

    async def send_again(self, delivery: Delivery, *, renamed: bool = False) -> Attempt:
        """Send the same bytes once more; ``renamed``: under another ``Linear-Delivery``, which nothing signs."""
        if renamed:
            return await self._send_odd(dataclasses.replace(self._copy(delivery), oddity="again"))
        attempt = await self._attempt(delivery)
        if attempt.ok:
            delivery.state, delivery.due = "delivered", None
        return attempt

    async def forge(
        self, delivery: Delivery, *, body: bytes | None = None, signature: str | None = None
    ) -> Delivery:
        """Send what Linear never sent; return it, as it stands in the log.

        Args:
            delivery: what it resembles; it has another ``Linear-Delivery``.
            body: another body; the signature stays, unless one is given.
            signature: another signature; with neither, it is one of another secret.
        """
        forged = self._copy(delivery)
        if signature is None and body is None:
            signature = _another(delivery.signature)
        forged.body = delivery.body if body is None else body
        forged.signature = delivery.signature if signature is None else signature
        forged.oddity = "forged"
        await self._send_odd(forged)
        return forged

    async def send_stale(self, delivery: Delivery, seconds: float = 3_600) -> Delivery:
        """Send the event stamped so many seconds ago, validly signed; return it, as it stands in the log."""
        stale = self._copy(delivery)
        stale.stamp(int((self._signing_clock.now() - seconds) * 1000))
        stale.oddity = "stale"
        await self._send_odd(stale)
        return stale

    def _copy(self, delivery: Delivery) -> Delivery:
        return dataclasses.replace(delivery, id=self._world.new_id(), attempts=[], state="sending", due=None)

    async def _send_odd(self, delivery: Delivery) -> Attempt:
        self.deliveries.append(delivery)
        attempt = await self._attempt(delivery)
        delivery.state = "delivered" if attempt.ok else "failed"
        return attempt

    # ------------------------------------------------------------------ over a restart

    def kept(self) -> dict[str, list[Delivery]]:
        """Return what outlives a restart: the last deliveries, those that wait among them."""
        return {"deliveries": self.deliveries[-KEPT:]}

    def recall(self, kept: dict[str, list[Delivery]]) -> None:
        """Go on with these deliveries; what was under way is due again."""
        self.deliveries = kept["deliveries"]
        for delivery in self.deliveries:
            if delivery.state == "sending":
                delivery.state, delivery.due = "waiting", self._world.now()

    def move(self, url: str) -> None:
        """Let every webhook tell another address from now on, with what waits."""
        for webhook in self._world.webhooks.values():
            webhook.url = url
        for delivery in self.deliveries:
            delivery.url = url

    # ------------------------------------------------------------------ ending

    async def quiet(self) -> None:
        """Return when nothing is under way, what is caused meanwhile included; what is held or due later waits."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def aclose(self) -> None:
        """Send nothing more: break off what is under way, and close the connections."""
        self._closed = True
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._post.aclose()


def _wants(webhook: Webhook, change: Change) -> bool:
    if not webhook.enabled or change.organization_id != webhook.organization.id:
        return False
    if change.type not in webhook.resource_types:
        return False
    if webhook.team is not None:
        return change.team_id == webhook.team.id
    return not change.private


def _another(signature: str) -> str:
    return signature[::-1]
