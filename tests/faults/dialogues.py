"""What vendors do in forms while everything fails: they link channels, give work to each other, and pause Linear.

A form that does not open, or says that something failed, is opened again; one that is left unanswered is closed.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from functools import partial

from bot.domain.organizations import Visibility
from bot.usecases.unlink_channel import NOT_LINKED
from bot.views import ids
from bot.views.command_answers import UNLINKED
from bot.views.issue_buttons import MENU_LABELS
from bot.views.linear_modal import LINEAR_TEAM, TEAM
from bot.views.linear_tie_modal import LABELS
from bot.views.link_channel_modal import (
    INTAKE,
    LINKED,
    PART_LABEL,
    PARTS,
    VISIBILITIES,
    VISIBILITY_LABEL,
)
from sandbox.slack import Channel, Message, Person, PersonError
from tests.faults import crowd as deeds
from tests.faults.crowd import Crowd

TRIES = 40
# How long a form is waited for, in seconds, and how long somebody rests between two.
PATIENCE, REST = 3.0, (1.0, 3.0)
LOOK = 0.05
PAUSE, RESUME = LABELS[ids.PAUSE_LINEAR], LABELS[ids.RESUME_LINEAR]


def offices(crowd: Crowd) -> list["Office"]:
    """Return who uses forms, each of them for one thing again and again."""
    return [Office(crowd, what) for what in (deeds.LINKED, deeds.PAUSED, deeds.CHOSEN, deeds.GIVEN)]


class Office:
    """Whoever uses a form.

    Args:
        crowd: of whom they are.
        what: they do with it, as the plan asks for it.
    """

    def __init__(self, crowd: Crowd, what: str) -> None:
        self._crowd = crowd
        self._slack = crowd.company.slack
        self._chance = random.Random(f"{crowd.seed}/office/{what}")  # noqa: S311 - no secret
        self._what = what
        self._paused: list[Message] = []
        acts = {
            deeds.LINKED: self._link,
            deeds.PAUSED: self._pause,
            deeds.CHOSEN: self._choose_team,
            deeds.GIVEN: self._assign,
        }
        self._act = acts[what]

    async def go_on(self, *, busy: Callable[[], bool]) -> None:
        """Do it again and again until it is over; what the plan asks for however busy the bot is."""
        while not self._crowd.is_over():
            is_asked_for = self._crowd.lacks(self._what)
            if (busy() and not is_asked_for) or not self._crowd.is_open(self._crowd.company.triage):
                await asyncio.sleep(LOOK)
                continue
            await self._act()
            await asyncio.sleep(self._chance.uniform(*REST) if not is_asked_for else LOOK)
        # A press may have been carried out after its answer was given up.
        for head in self._paused:
            await self._tried(partial(self._is_resumed, head))

    # ------------------------------------------------------------------ channels

    async def _link(self) -> None:
        """Link a new channel, and unlink it now and then."""
        vera, number = self._crowd.company.vera, len(self._crowd.linked) + 1
        channel = self._slack.add_channel(self._crowd.company.team, f"more-help-{number}", members=[vera])
        self._crowd.linked[channel] = None
        unlinks = self._chance.random() < 0.5
        if not await self._tried(lambda: self._is_linked(channel)):
            return
        self._crowd.linked[channel] = True
        self._crowd.deeds[deeds.LINKED] += 1
        if unlinks:
            self._crowd.linked[channel] = None
            if await self._tried(lambda: self._is_unlinked(channel)):
                self._crowd.linked[channel] = False
                self._crowd.deeds[deeds.UNLINKED] += 1

    async def _is_linked(self, channel: Channel) -> bool:
        person = self._slack.as_user(self._crowd.company.vera)
        outcome = await person.slash(channel, "/threadline", "link-channel")
        if not outcome.ok or PART_LABEL not in _labels(person):
            return False
        # What is best for the channel is looked up behind the form; the bot may be away meanwhile.
        await asyncio.sleep(self._chance.uniform(0.0, 1.0))
        with contextlib.suppress(PersonError):
            person.choose(PART_LABEL, PARTS[INTAKE][0])
            person.choose(VISIBILITY_LABEL, VISIBILITIES[Visibility.SHARED])
            await person.submit()
        return LINKED.format(organization="Acme") in self._says(person)

    async def _is_unlinked(self, channel: Channel) -> bool:
        person = self._slack.as_user(self._crowd.company.vera)
        outcome = await person.slash(channel, "/threadline", "unlink-channel")
        said = [self._slack.as_text(each) for each in person.ephemerals if each.channel is channel]
        # Whoever was told nothing the first time is told that it is done.
        words = (UNLINKED.partition("{")[0], NOT_LINKED)
        return outcome.ok and bool(said) and said[-1].startswith(words)

    # ------------------------------------------------------------------ an organization's team in Linear

    async def _choose_team(self) -> None:
        """Let an owner choose a team that was just made in Linear for an organization without issues."""
        company, channel = self._crowd.company, self._crowd.owners
        if channel is None:
            return
        [user] = channel.members
        person, number = self._slack.as_user(user), self._crowd.deeds[deeds.MADE] + 1
        self._crowd.deeds[deeds.MADE] = number
        team = company.linear.add_team(company.linear_organization, f"Research {number}", f"RES{number}")

        async def is_chosen() -> bool:
            outcome = await person.slash(channel, "/threadline", "linear")
            if not outcome.ok or not await _within(PATIENCE, lambda: LINEAR_TEAM in _labels(person)):
                return False
            with contextlib.suppress(PersonError):
                person.choose(LINEAR_TEAM, f"{team.name} ({team.key})")
                await person.submit()
            return TEAM.format(team=f"{team.name} ({team.key})") in self._says(person)

        if await self._tried(is_chosen, tries=10):
            self._crowd.deeds[deeds.CHOSEN] += 1
            self._crowd.team_chosen = team.id

    # ------------------------------------------------------------------ an issue's forms

    async def _assign(self) -> None:
        """Give an issue to another vendor: a closed one, or to whoever works on it already, goes not."""
        head, vera = self._head(), self._slack.as_user(self._crowd.company.vera)
        if not await self._opened(vera, head, ids.MENU_ASSIGN, lambda: bool(_labels(vera))):
            return
        to = self._chance.choice([self._crowd.company.vera, self._crowd.company.victor])
        with contextlib.suppress(PersonError):
            [label] = vera.labels()
            vera.choose(label, f"{to.first_name} {to.last_name}")
            await vera.submit()
        self._crowd.deeds[deeds.GIVEN] += vera.modal is None

    async def _pause(self) -> None:
        """Let two vendors have the same form open: one pauses Linear, the other presses too late and resumes it."""
        head = self._head()
        if head is None:
            return
        victor, vera = (
            self._slack.as_user(user) for user in (self._crowd.company.victor, self._crowd.company.vera)
        )
        if not (await self._looks(victor, head, PAUSE) and await self._looks(vera, head, PAUSE)):
            return
        self._paused.append(head)
        await self._press(victor, PAUSE)
        await self._press(vera, PAUSE)
        if await self._tried(partial(self._is_resumed, head)):
            self._crowd.deeds[deeds.PAUSED] += 1

    async def _is_resumed(self, head: Message) -> bool:
        """Resume an issue until the form says that there is nothing to resume."""
        person = self._slack.as_user(self._crowd.company.vera)
        if not await self._looks(person, head, PAUSE, RESUME):
            return False
        if RESUME not in _buttons(person):
            return True
        await self._press(person, RESUME)
        return False

    async def _looks(self, person: Person, head: Message, *labels: str) -> bool:
        """Open the form about an issue and Linear; tells whether it has one of these buttons."""
        return await self._opened(person, head, ids.MENU_LINEAR, lambda: bool({*labels} & {*_buttons(person)}))

    def _head(self) -> Message | None:
        company = self._crowd.company
        there = [each.number for each in self._crowd.raised if each.channel is company.intake]
        return self._crowd.head(company.triage, self._chance.choice(there)) if there else None

    async def _opened(self, person: Person, head: Message | None, entry: str, is_there: Callable[[], bool]) -> bool:
        """Open a form behind an issue's menu; tells whether it is there, and filled, within a moment."""
        if head is None or head.deleted or not self._crowd.is_open(head.channel):
            return False
        with contextlib.suppress(PersonError):
            return (await person.press(head, MENU_LABELS[entry])).ok and await _within(PATIENCE, is_there)
        return False

    async def _press(self, person: Person, label: str) -> None:
        with contextlib.suppress(PersonError):
            if person.modal is not None:
                await person.press(person.modal, label)

    async def _tried(self, act: Callable[[], Awaitable[bool]], tries: int = TRIES) -> bool:
        for _ in range(tries):
            if await act():
                return True
            await asyncio.sleep(self._chance.uniform(0.1, 0.5))
            self._crowd.fleet.lead()
        return False

    def _says(self, person: Person) -> str:
        return "" if person.modal is None else self._slack.as_text(person.modal)


async def _within(seconds: float, is_there: Callable[[], bool]) -> bool:
    """Wait for something; tells whether it came in time."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not is_there():  # noqa: ASYNC110 - the bot fills the form when it can
                await asyncio.sleep(LOOK)
            return True
    return False


def _labels(person: Person) -> list[str]:
    return [] if person.modal is None else person.labels()


def _buttons(person: Person) -> list[str]:
    blocks = [] if person.modal is None else person.modal.blocks
    elements = [each for block in blocks for each in block.get("elements") or []]
    return [each["text"]["text"] for each in elements if each.get("type") == "button"]
