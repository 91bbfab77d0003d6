"""People who use the bot while everything fails: they raise issues, reply, change, take back and press buttons.

They do what people do: who is told nothing tries again, and presses only what stands there.
"""

import asyncio
import random
import re
from collections.abc import Callable

from bot.views.issue_buttons import LABELS
from sandbox.slack import Channel, Message, Person, User
from tests.faults.crowd import (
    COMMENTS,
    DELETIONS,
    EDITS,
    FILED,
    ISSUES,
    ISSUES_IN_BOTH,
    PASTED,
    PRESSED,
    REFUSED,
    Crowd,
    Raised,
    Spoken,
)

NUMBER = re.compile(r"ISS-\d{4}-\d{4,}")
TRIES = 40
PAUSE = 0.25
# How many comments in one are changed or taken back at once, and within how many seconds.
SOON, SOON_SECONDS = 0.4, 1.0
FILED_SECONDS = 3.0, 5.0
PASTING, TURNING, FILING = 0.4, 0.3, 0.15
FEW_ISSUES = 5
_PRESSED = frozenset(LABELS.values()) - {"Add details"}


def everybody(crowd: Crowd) -> list["Somebody"]:
    """Return who acts, and where: customers where they raise issues, vendors where they work."""
    company = crowd.company
    customers = [Somebody(crowd, user, company.intake, is_customer=True) for user in (company.ada, company.bo)]
    vendors = [Somebody(crowd, user, company.triage, is_customer=False) for user in (company.vera, company.victor)]
    in_both = [(company.ada, True), (company.victor, False)]
    return [*customers, *vendors, *(Somebody(crowd, user, crowd.both, is_customer=is_) for user, is_ in in_both)]


class Somebody:
    """One person in one role.

    Args:
        crowd: of whom they are one.
        user: who it is.
        channel: where they act; customers are answered there, or in their direct message.
        is_customer: they raise issues, and see their own.
    """

    def __init__(self, crowd: Crowd, user: User, channel: Channel, *, is_customer: bool) -> None:
        self._crowd = crowd
        self._user = user
        self._channel = channel
        self._slack = crowd.company.slack
        self._chance = random.Random(f"{crowd.seed}/{user.first_name}/{channel.name}")  # noqa: S311 - no secret
        self._is_customer = is_customer
        self._said: list[Spoken] = []
        self._numbers: list[str] = []

    async def go_on(self, *, busy: Callable[[], bool]) -> None:
        """Act until it is over; wait while the bot is too ``busy``, or kept out of the channel."""
        acts = [self._raise] * 3 + [self._reply] * 5 + [self._press] * 4 + [self._edit] * 2 + [self._delete]
        while not self._crowd.is_over():
            if not busy() and self._crowd.is_open(self._channel):
                self._crowd.fleet.lead()
                await self._chance.choice(acts)()
            await asyncio.sleep(self._chance.uniform(0.02, PAUSE))

    async def _raise(self) -> None:
        crowd = self._crowd
        # Once all are raised, one more is where there is none yet.
        if not self._is_customer or (crowd.begun >= crowd.issues and self._numbers):
            return
        crowd.begun += 1
        number = crowd.begun
        title = f"{self._user.first_name}'s issue {number}"
        files = self._files(number)
        for attempt in range(TRIES):
            # A new form is a new issue: it has a title of its own, as the one before may have come to its end.
            person = await self._opened(f"{title}.{attempt}")
            number_told = person and await self._submitted(person, files)
            if number_told:
                crowd.raised.append(Raised(number_told, f"{title}.{attempt}", self._channel))
                crowd.deeds[ISSUES_IN_BOTH if self._channel is crowd.both else ISSUES] += 1
                crowd.deeds[REFUSED] += sum(name.endswith(".txt") for name, _ in files)
                self._numbers.append(number_told)
                return
            await self._wait_a_little()

    def _files(self, number: int) -> list[tuple[str, bytes]]:
        some, text = self._chance.random() < 0.5, self._chance.random() < 0.5
        # There are not many issues: one of the later ones has such a file, where none had it by chance.
        if (some and text) or (number > FEW_ISSUES and not self._crowd.deeds[REFUSED]):
            return [(f"notes-{number}.txt", b"a text")]
        return [(f"shot-{number}.png", b"a picture")] if some else []

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
        origin = self._crowd.company.intake if self._channel is self._crowd.company.triage else self._channel
        there = [each.number for each in self._crowd.raised if each.channel is origin]
        numbers = self._numbers if self._is_customer else there
        if not numbers:
            return None
        number = self._chance.choice(numbers)
        head = self._crowd.head(self._channel, number)
        if head is None and self._is_customer:
            head = self._crowd.head(self._slack.direct_channel(self._crowd.company.app, self._user), number)
        return head

    async def _reply(self) -> None:
        head = self._thread()
        if head is None:
            return
        in_triage = self._channel is self._crowd.company.triage
        public = not in_triage or self._chance.random() < 0.5
        word = self._crowd.word("OPEN" if public else "HUSH")
        soon = self._chance.random() < SOON
        if soon and self._chance.random() < 0.5:
            self._crowd.unsettle()
        text = self._text(word) + (self._address(head) if in_triage else "")
        files = self._files_beside()
        message = await self._slack.as_user(self._user).post(head.channel, text, thread=head, files=files)
        said = Spoken(head, message, self._user, word, public)
        self._crowd.spoken.append(said)
        self._said.append(said)
        self._crowd.deeds[COMMENTS] += 1
        if files and self._chance.random() < 0.5:
            # By then it was repeated elsewhere: that is taken away.
            await asyncio.sleep(self._chance.uniform(*FILED_SECONDS))
            await self._take_back(said)
            return
        if soon:
            await asyncio.sleep(self._chance.uniform(0.0, SOON_SECONDS))
            await self._chance.choice([self._change, self._take_back])(said)

    def _files_beside(self) -> list[tuple[str, bytes]]:
        """Return a file to go with a comment, now and then."""
        if not self._crowd.all_hands or self._chance.random() > FILING:
            return []
        self._crowd.deeds[FILED] += 1
        return [(f"clip-{self._crowd.deeds[FILED]}-{self._channel.id}.png", b"a picture")]

    def _text(self, word: str) -> str:
        in_triage = self._channel is self._crowd.company.triage
        return f"@customer {word}" if word.startswith("OPEN") and in_triage else f"It says {word}"

    def _address(self, head: Message) -> str:
        """Return the address of another Linear issue, now and then: vendors are asked whether to link it."""
        addresses = self._crowd.linear_addresses(head)
        if not addresses or self._chance.random() > PASTING:
            return ""
        self._crowd.deeds[PASTED] += 1
        return f" as in {self._chance.choice(addresses)}"

    def _own(self) -> Spoken | None:
        own = [each for each in self._said if each.word is not None]
        return self._chance.choice(own) if own else None

    async def _edit(self) -> None:
        if (said := self._own()) is not None:
            await self._change(said)

    async def _delete(self) -> None:
        if (said := self._own()) is not None:
            await self._take_back(said)

    async def _change(self, said: Spoken) -> None:
        if not self._crowd.is_open(said.message.channel):
            return
        # Now and then a vendor thinks better of who may read it; but once, as what comes back stands elsewhere.
        if self._channel is self._crowd.company.triage and not said.turned and self._chance.random() < TURNING:
            said.public, said.turned = not said.public, True
        said.word = self._crowd.word("OPEN" if said.public else "HUSH")
        self._crowd.deeds[EDITS] += 1
        await self._slack.as_user(self._user).edit(said.message, self._text(said.word))

    async def _take_back(self, said: Spoken) -> None:
        if not self._crowd.is_open(said.message.channel):
            return
        said.word = None
        self._crowd.deeds[DELETIONS] += 1
        await self._slack.as_user(self._user).delete(said.message)

    async def _press(self) -> None:
        head = self._thread()
        labels = _buttons(head) if head is not None else []
        if head is None or not labels:
            return
        label = self._chance.choice(labels)
        for _ in range(TRIES):
            if label not in _buttons(head) or head.deleted or not self._crowd.is_open(head.channel):
                return
            if (await self._slack.as_user(self._user).press(head, label)).ok:
                self._crowd.deeds[PRESSED] += 1
                return
            await self._wait_a_little()


def _buttons(message: Message) -> list[str]:
    elements = [each for block in message.blocks or [] for each in block.get("elements") or []]
    labels = [each["text"]["text"] for each in elements if each.get("type") == "button"]
    return [label for label in labels if label in _PRESSED]
