"""A round: the storm blows, all becomes quiet, what is left is reconciled, and what stands there is judged."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from tests.faults.havoc import FROZEN
from tests.faults.people import Crowd
from tests.faults.plan import Outcome, Plan
from tests.faults.scene import Scene, open_scene
from tests.faults.sightings import judged, stranded, transient_duplicates
from tests.faults.weather import LATE, Met
from tests.process import command

LOOK_SECONDS = 0.1
# Slack tells an event again at once, after a minute and after five; who waits for quiet has no such time.
TELLINGS = 3
# How many effects a replica may be about to send when it is frozen (bot/delivery/worker.py).
LANES_AT_ONCE = 8

Say = Callable[[str], None]


class RestlessError(Exception):
    """It did not become quiet in time; the words tell what is still owed."""


async def run_round(plan: Plan, say: Say = lambda _line: None) -> Outcome:
    """Run a round.

    Args:
        plan: what it is.
        say: told how far it is.

    Raises:
        RestlessError: it did not become quiet.
    """
    async with open_scene(plan) as scene:
        crowd = await _storm(scene)
        say(f"  {scene.storm.met.total()} faults, {len(crowd.raised)} issues; waiting for quiet")
        await _quiet(scene)
        left = await _reconciled(scene, say) if plan.reconciles else None
        outcome = await _outcome(scene, crowd)
        outcome.verdict.lost += [left] if left else []
    outcome.errors = scene.fleet.errors
    return outcome


async def _storm(scene: Scene) -> Crowd:
    """Let people act while everything fails, until all faults and kills have come; returns what they did."""
    plan, over = scene.plan, asyncio.Event()
    crowd = Crowd(scene.company, scene.fleet, plan.seed, plan.issues, over.is_set)
    async with asyncio.TaskGroup() as acting:
        for person in crowd.everybody():
            acting.create_task(person.go_on(busy=lambda: scene.recovery.backlog > plan.most_owed))
        async with _told_again(scene):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(plan.storm_seconds):
                    await asyncio.gather(asyncio.sleep(plan.least_seconds), scene.havoc.wreak(plan.kills))
                    await scene.storm.is_spent()
        scene.storm.end()
        over.set()
    return crowd


@contextlib.asynccontextmanager
async def _told_again(scene: Scene) -> AsyncIterator[None]:
    """Let Slack tell its events again when their time has come, while this lasts."""

    async def go_on() -> None:
        while True:
            if scene.fleet.lead():
                await scene.company.slack.retry_events(due_only=True)
            await asyncio.sleep(LOOK_SECONDS)

    telling = asyncio.get_running_loop().create_task(go_on())
    try:
        yield
    finally:
        telling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await telling


async def _quiet(scene: Scene) -> None:
    """Wait until everything that Slack tells is heard, and everything that is owed is delivered.

    Raises:
        RestlessError: it takes too long.
    """
    try:
        async with asyncio.timeout(scene.plan.quiet_seconds):
            await asyncio.gather(scene.fleet.everyone_answers(), scene.storm.has_acted())
            for _ in range(TELLINGS):
                await _delivered(scene)
                scene.fleet.lead()
                if not await scene.company.slack.retry_events():
                    break
            await scene.ledger.hurry()
            while await scene.ledger.unheard():  # noqa: ASYNC110 - the program's sweep comes once a minute
                await asyncio.sleep(LOOK_SECONDS)
            await _delivered(scene)
            await scene.recovery.look()
    except TimeoutError:
        raise RestlessError(await scene.ledger.owed()) from None


async def _delivered(scene: Scene) -> None:
    while await scene.ledger.unfinished():  # noqa: ASYNC110 - another process delivers it
        await asyncio.sleep(LOOK_SECONDS)
    # What was delivered is told to the bot, which may owe something for it.
    await scene.company.slack.quiet()


async def _reconciled(scene: Scene, say: Say) -> str | None:
    """Run ``reconcile --repair``, as whoever runs the bot would after such a storm.

    Returns:
        What it still finds when all that it owed again is delivered; None: nothing.
    """
    repaired = await command("reconcile", "--repair", **scene.settings)
    await _quiet(scene)
    again = await command("reconcile", **scene.settings)
    if again.code:
        say(f"  reconcile --repair said:\n{repaired.out}{repaired.err}")
        return f"reconcile still says: {again.out}{again.err}"
    return None


async def _outcome(scene: Scene, crowd: Crowd) -> Outcome:
    stories = await scene.ledger.stories()
    outcome = Outcome(
        verdict=judged(scene.company, crowd, stories),
        faults=scene.storm.met,
        calls=scene.storm.calls,
        blows=scene.havoc.blows,
        effects=await scene.ledger.effects(),
        duplicates=transient_duplicates(scene.company),
        stranded=len(stranded(crowd)),
        slowest=scene.recovery.slowest,
        takeover=scene.recovery.takeover if scene.plan.replicas > 1 else None,
        issues=len(stories),
        comments=sum(len(story.comments) for story in stories),
    )
    outcome.verdict.lost += await scene.ledger.dead()
    excused = _excused(scene)
    if outcome.duplicates > excused:
        outcome.verdict.doubled.append(f"{outcome.duplicates} messages for a while, where {excused} can be excused")
    return outcome


def _excused(scene: Scene) -> int:
    """Return how many messages may come twice for a while: the others could have been found before."""
    late = sum(scene.storm.met[Met("chat.postMessage", kind)] for kind in LATE)
    return late + scene.havoc.blows[FROZEN] * LANES_AT_ONCE
