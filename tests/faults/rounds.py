"""A round: the storm blows, all becomes quiet, what is left is reconciled, and what stands there is judged."""

import asyncio
import contextlib
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Protocol

from tests.faults.crowd import Crowd
from tests.faults.dialogues import offices
from tests.faults.duplicates import Duplicates, find_duplicates
from tests.faults.engineers import engineers
from tests.faults.havoc import POST
from tests.faults.judgement import shortcomings
from tests.faults.linear_sightings import judge_linear_work
from tests.faults.links import judge_links, judge_team
from tests.faults.people import everybody
from tests.faults.plan import Outcome, Plan
from tests.faults.scene import Scene, found_another, open_scene
from tests.faults.sightings import judged, stranded
from tests.faults.standing import judge_posts, read_posts
from tests.faults.stories import read_stories
from tests.faults.verdict import Verdict
from tests.process import command

LOOK_SECONDS = 0.1
# Slack tells an event again at once, after a minute and after five; who waits for quiet has no such time.
TELLINGS = 3

Say = Callable[[str], None]


class RestlessError(Exception):
    """It did not become quiet in time; the words tell what is still owed."""


async def run_round(plan: Plan, say: Say = lambda _line: None) -> Outcome:
    """Run a round.

    Args:
        plan: what it is.
        say: told how far it is.

    Returns:
        What came of it. That it did not become quiet is among what is lost; then nothing is reconciled.
    """
    async with open_scene(plan) as scene:
        crowd = await _storm(scene)
        say(f"  {scene.storm.met.total()} faults, {len(crowd.raised)} issues; waiting for quiet")
        for line in _not_yet(scene, crowd):
            say(f"  {line}")
        left = await _restless(_quiet(scene, asks=plan.all_hands))
        verdict, duplicates = await _before_reconcile(scene)
        if plan.reconciles and left is None:
            left = await _restless(_reconciled(scene, say))
        outcome = await _outcome(scene, crowd, verdict, duplicates)
        outcome.verdict.lost += [left] if left else []
    outcome.complaints = scene.fleet.complaints
    outcome.unproven = shortcomings(plan, outcome)
    return outcome


def _not_yet(scene: Scene, crowd: Crowd) -> list[str]:
    """Return what the storm was to bring and did not, in words."""
    lacking = [f"{what} {crowd.deeds[what]}/{least}" for what, least in crowd.least.items() if crowd.lacks(what)]
    unmet = [f"{method} ({scene.storm.calls[method]} calls)" for method in sorted(scene.storm.missing)]
    return [f"not yet: {', '.join([*lacking, *unmet])}"] if lacking or unmet else []


async def _restless(becoming_quiet: Coroutine[None, None, str | None]) -> str | None:
    """Return what is wrong then, or that it did not become quiet."""
    try:
        return await becoming_quiet
    except RestlessError as error:
        return f"it did not become quiet: {error}"


async def _storm(scene: Scene) -> Crowd:
    """Let people act while everything fails, until all that the plan asks for has come; returns what they did."""
    plan, over = scene.plan, asyncio.Event()
    crowd = Crowd(
        company=scene.company,
        both=scene.both,
        fleet=scene.fleet,
        seed=plan.seed,
        issues=plan.issues,
        least=plan.least,
        all_hands=plan.all_hands,
        unsettle=scene.storm.unsettle_next_post,
        is_over=over.is_set,
    )
    async with asyncio.TaskGroup() as acting:
        for person in _everybody(scene, crowd):
            acting.create_task(person.go_on(busy=lambda: scene.recovery.backlog > plan.most_owed))
        async with _told_again(scene), _mail_carried(scene):
            # What has not come by then is missed by whoever judges it.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(plan.storm_seconds):
                    await asyncio.gather(*_all_that_comes(scene, crowd))
        scene.storm.end()
        over.set()
    return crowd


class _Acting(Protocol):
    async def go_on(self, *, busy: Callable[[], bool]) -> None: ...


def _everybody(scene: Scene, crowd: Crowd) -> list[_Acting]:
    if not scene.plan.all_hands:
        return [*everybody(crowd)]
    return [*everybody(crowd), *engineers(crowd, scene.engineers), *offices(crowd)]


def _mail_carried(scene: Scene) -> contextlib.AbstractAsyncContextManager[None]:
    return scene.mail.carried() if scene.plan.all_hands else contextlib.nullcontext()


def _all_that_comes(scene: Scene, crowd: Crowd) -> list[Coroutine[None, None, None]]:
    plan = scene.plan

    async def done() -> None:
        while any(crowd.lacks(what) for what in plan.least):  # noqa: ASYNC110 - by chance
            await asyncio.sleep(LOOK_SECONDS)

    async def another() -> None:
        crowd.owners = await found_another(scene)

    return [
        asyncio.sleep(plan.least_seconds),
        scene.havoc.wreak(plan.kills),
        scene.closing.close_and_open(plan.closings),
        scene.storm.is_spent(),
        done(),
        *([scene.mail.fall_silent(), another()] if plan.all_hands else []),
    ]


@contextlib.asynccontextmanager
async def _told_again(scene: Scene) -> AsyncIterator[None]:
    """Let Slack tell its events again when their time has come, while this lasts."""
    over = False

    async def go_on() -> None:
        while not over:
            if scene.fleet.lead():
                await scene.company.slack.retry_events(due_only=True)
            await asyncio.sleep(LOOK_SECONDS)

    telling = asyncio.get_running_loop().create_task(go_on())
    try:
        yield
    finally:
        # It is not cancelled: what is being told would be told no more.
        over = True
        await telling


async def _quiet(scene: Scene, *, asks: bool) -> None:
    """Wait until everything that is told is heard, and everything that is owed is delivered.

    Args:
        scene: where.
        asks: the bot is to ask Linear, too, for what it was not told.

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
            await _heard(scene)
            if asks:
                await _asked(scene)
            await scene.recovery.look()
    except TimeoutError:
        raise RestlessError(await scene.ledger.owed()) from None


async def _heard(scene: Scene) -> None:
    """Wait until whatever was told, by Slack and by Linear, is acted on, with all that follows."""
    while await scene.mail.deliver_all():
        await _delivered(scene)
    await scene.ledger.hurry()
    while await scene.ledger.unheard():  # noqa: ASYNC110 - the program's sweep comes once a minute
        await asyncio.sleep(LOOK_SECONDS)
    await _delivered(scene)


async def _asked(scene: Scene) -> None:
    """Wait until the bot has asked Linear for what nobody told it: it does when it starts."""
    await scene.mail.reading.forget()
    await scene.fleet.restart_one()
    while not await scene.mail.reading.is_done():  # noqa: ASYNC110 - another process asks
        await asyncio.sleep(LOOK_SECONDS)
    await _delivered(scene)
    await _heard(scene)


async def _delivered(scene: Scene) -> None:
    while await scene.ledger.unfinished():  # noqa: ASYNC110 - another process delivers it
        await asyncio.sleep(LOOK_SECONDS)
    # What was delivered is told to the bot, which may owe something for it.
    await scene.company.slack.quiet()
    await scene.company.linear.quiet()


async def _reconciled(scene: Scene, say: Say) -> str | None:
    """Run ``reconcile --repair``, as whoever runs the bot would after such a storm.

    Returns:
        What it still finds when all that it owed again is delivered; None: nothing.
    """
    repaired = await command("reconcile", "--repair", **scene.settings)
    await _quiet(scene, asks=False)
    again = await command("reconcile", **scene.settings)
    if again.code:
        say(f"  reconcile --repair said:\n{repaired.out}{repaired.err}")
        return f"reconcile still says: {again.out}{again.err}"
    return None


async def _before_reconcile(scene: Scene) -> tuple[Verdict, Duplicates]:
    """Judge what the bot came to by itself: ``reconcile`` mends what it finds, and would hide it."""
    slack, plan, verdict = scene.company.slack, scene.plan, Verdict()
    duplicates = find_duplicates(slack.calls_of(POST), scene.havoc.frozen, plan.delivery_seconds)
    # Reconcile alone finds what acts so late that the bot has looked for a second one, too.
    late = frozenset[uuid.UUID](duplicates.late if plan.reconciles else ())
    judge_posts(scene.company, await read_posts(scene.transaction), late, verdict)
    verdict.lost += await scene.ledger.dead() + await scene.ledger.passed_by()
    verdict.doubled += duplicates.unexplained
    return verdict, duplicates


async def _outcome(scene: Scene, crowd: Crowd, before: Verdict, duplicates: Duplicates) -> Outcome:
    stories = await read_stories(scene.transaction)
    outcome = Outcome(
        verdict=judged(crowd, stories),
        faults=scene.storm.met,
        calls=scene.storm.calls,
        blows=scene.havoc.blows + scene.closing.ways,
        effects=await scene.ledger.effects(),
        delivered=await scene.ledger.delivered(),
        deeds=crowd.deeds,
        webhooks=scene.mail.letters.met,
        silences=scene.mail.silences,
        taken=sum(len(story.taken) for story in stories),
        duplicates=Counter(late=len(duplicates.late), frozen=len(duplicates.frozen)),
        parked=len(scene.recovery.parked | scene.closing.parked),
        stranded=len(stranded(crowd)),
        slowest=scene.recovery.slowest,
        takeover=scene.recovery.takeover if scene.plan.replicas > 1 else None,
        late=scene.recovery.late if scene.plan.replicas > 1 else [],
        issues=len(stories),
        comments=sum(len(story.comments) for story in stories),
    )
    customers = scene.plan.all_hands and scene.plan.customers
    outcome.verdict.add(judge_linear_work(crowd, stories, customers=customers))
    outcome.verdict.add(await judge_links(scene.transaction, crowd))
    outcome.verdict.add(await judge_team(scene.transaction, crowd))
    outcome.verdict.add(before)
    return outcome
