"""People who use the bot while everything fails: they raise issues, reply, change, take back and press buttons.

They do what people do: who is told nothing tries again, and presses only what stands there.
"""

import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.views.issue_buttons import LABELS
from sandbox.company import Company
from sandbox.slack import Channel, Message, Person, User
from tests.faults.fleet import Fleet

NUMBER = re.compile(r"ISS-\d{4}-\d{4,}")
TRIES = 40
PAUSE = 0.25
_PRESSED = frozenset(LABELS.values()) - {"Add details"}


@dataclass(frozen=True)
class Raised:
    """An issue that somebody was told is raised."""

    number: str
    title: str


@dataclass
class Spoken:
    """A message of a person in the thread under ``head``: the word in it now, None once it is deleted."""

    head: Message
    message: Message
    user: User
    word: str | None
    public: bool


@dataclass
class Crowd:
    """What the people did, and with what.

    Args:
        company: where they are.
        fleet: whom Slack tells of it.
        seed: the same seed gives the same people.
        issues: how many are raised at most.
        is_over: whether it is time to go home.
    """

    company: Company
    fleet: Fleet
    seed: int
    issues: int
    is_over: Callable[[], bool]
    begun: int = 0
    raised: list[Raised] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)
    pressed: int = 0
    words: int = 0

    def everybody(self) -> list["Somebody"]:
        """Return who acts."""
        company = self.company
        customers = [Somebody(self, user, company.intake) for user in (company.ada, company.bo)]
        return [*customers, *(Somebody(self, user, company.triage) for user in (company.vera, company.victor))]

    def word(self, kind: str) -> str:
        """Return a word that was not said before."""
        self.words += 1
        return f"{kind}{self.words}"

    def head(self, channel: Channel, number: str) -> Message | None:
        """Return the message of an issue in a channel, once it stands there."""
        for message in self.company.slack.messages(channel):
            if message.app is not None and not message.deleted and number in self.company.slack.as_text(message):
                return message
        return None


class Somebody:
    """One person. Customers act in the channel where they raise issues, or in their direct message."""

    def __init__(self, crowd: Crowd, user: User, channel: Channel) -> None:
        self._crowd = crowd
        self._user = user
        self._channel = channel
        self._slack = crowd.company.slack
        self._chance = random.Random(f"{crowd.seed}/{user.first_name}")  # noqa: S311 - chance, not a secret
        self._is_customer = channel is crowd.company.intake
        self._numbers: list[str] = []

    async def go_on(self, *, busy: Callable[[], bool]) -> None:
        """Act until it is over; wait while the bot is too ``busy``."""
        acts = [self._raise] * 3 + [self._reply] * 5 + [self._press] * 5 + [self._edit, self._delete]
        while not self._crowd.is_over():
            if not busy():
                self._crowd.fleet.lead()
                await self._chance.choice(acts)()
            await asyncio.sleep(self._chance.uniform(0.02, PAUSE))

    async def _raise(self) -> None:
        crowd = self._crowd
        if not self._is_customer or crowd.begun >= crowd.issues:
            return
        crowd.begun += 1
        title = f"{self._user.first_name}'s issue {crowd.begun}"
        files = [(f"shot-{crowd.begun}.png", b"a picture")] if self._chance.random() < 0.4 else []
        for attempt in range(TRIES):
            # A new form is a new issue: it has a title of its own, as the one before may have come to its end.
            person = await self._opened(f"{title}.{attempt}")
            number = person and await self._submitted(person, files)
            if number:
                crowd.raised.append(Raised(number, f"{title}.{attempt}"))
                self._numbers.append(number)
                return
            await self._wait_a_little()

    async def _opened(self, title: str) -> Person | None:
        person = self._slack.as_user(self._user)
        outcome = await person.slash(self._channel, "/raise-issue", title)
        return person if outcome.ok and person.modal is not None and "Title" in person.labels() else None

    async def _submitted(self, person: Person, files: list[tuple[str, bytes]]) -> str | None:
        """Press until it is said which issue it is; None: the form went away."""
        person.fill("Description", self._crowd.word("OPEN"))
        if files and "Files" in person.labels():
            person.attach("Files", *files)
        for _ in range(TRIES):
            await person.submit()
            if person.modal is None:
                return None
            if found := NUMBER.search(self._slack.as_text(person.modal)):
                return found[0]
            if "Title" not in person.labels():
                return None
            await self._wait_a_little()
        return None

    async def _wait_a_little(self) -> None:
        await asyncio.sleep(self._chance.uniform(0.1, 0.5))
        self._crowd.fleet.lead()

    def _thread(self) -> Message | None:
        """Return one of the issues' messages that this person sees."""
        numbers = self._numbers if self._is_customer else [each.number for each in self._crowd.raised]
        if not numbers:
            return None
        number = self._chance.choice(numbers)
        direct = self._slack.direct_channel(self._crowd.company.app, self._user)
        return self._crowd.head(self._channel, number) or self._crowd.head(direct, number)

    async def _reply(self) -> None:
        head = self._thread()
        if head is None:
            return
        public = self._is_customer or self._chance.random() < 0.5
        word = self._crowd.word("OPEN" if public else "HUSH")
        message = await self._slack.as_user(self._user).post(head.channel, self._text(word), thread=head)
        self._crowd.spoken.append(Spoken(head, message, self._user, word, public))

    def _text(self, word: str) -> str:
        return f"@customer {word}" if word.startswith("OPEN") and not self._is_customer else f"It says {word}"

    def _own(self) -> Spoken | None:
        own = [each for each in self._crowd.spoken if each.user is self._user and each.word is not None]
        return self._chance.choice(own) if own else None

    async def _edit(self) -> None:
        if (said := self._own()) is not None:
            said.word = self._crowd.word("OPEN" if said.public else "HUSH")
            await self._slack.as_user(self._user).edit(said.message, self._text(said.word))

    async def _delete(self) -> None:
        if (said := self._own()) is not None:
            said.word = None
            await self._slack.as_user(self._user).delete(said.message)

    async def _press(self) -> None:
        head = self._thread()
        labels = _buttons(head) if head is not None else []
        if head is None or not labels:
            return
        label = self._chance.choice(labels)
        for _ in range(TRIES):
            if label not in _buttons(head):
                return
            if (await self._slack.as_user(self._user).press(head, label)).ok:
                self._crowd.pressed += 1
                return
            await self._wait_a_little()


def _buttons(message: Message) -> list[str]:
    elements = [each for block in message.blocks or [] for each in block.get("elements") or []]
    labels = [each["text"]["text"] for each in elements if each.get("type") == "button"]
    return [label for label in labels if label in _PRESSED]
