"""Engineers who work in Linear while everything fails: Slack is to tell what they do there, webhook or not."""

import asyncio
import random
from collections.abc import Callable

from bot.domain.effects import LinearField
from sandbox.linear import model
from sandbox.linear.engineer import Engineer
from sandbox.linear.reading import ReadIssue
from tests.faults.crowd import ASSIGNED, MOVED, NOTED, REMOVED, REWRITTEN, VALUED, Crowd, Moved, Noted

# In seconds, between two things that one of them does.
SHORTEST, LONGEST = 0.3, 1.5
# How often, in seconds, one looks whether there is peace: people in Slack use every moment of it.
LOOK = 0.05
STATES = ("Todo", "In Progress", "In Progress", "Done", "Canceled")
PUBLIC = 0.5


def engineers(crowd: Crowd, people: list[model.User]) -> list["EngineerAtWork"]:
    """Return these people, at work."""
    return [EngineerAtWork(crowd, user, people) for user in people]


class EngineerAtWork:
    """One of them: whatever people raised in Slack, they work on it in Linear.

    Args:
        crowd: of whom they are one.
        user: who it is, in Linear.
        colleagues: to whom they give work.
    """

    def __init__(self, crowd: Crowd, user: model.User, colleagues: list[model.User]) -> None:
        self._crowd = crowd
        self._colleagues = colleagues
        self._hands: Engineer = crowd.company.linear.as_user(user)
        self._chance = random.Random(f"{crowd.seed}/linear/{user.name}")  # noqa: S311 - no secret
        self._said: list[Noted] = []

    async def go_on(self, *, busy: Callable[[], bool]) -> None:
        """Act until it is over; rest while the bot is too ``busy`` to tell of it."""
        acts = {
            MOVED: (self._move, 3),
            VALUED: (self._value, 2),
            ASSIGNED: (self._assign, 2),
            NOTED: (self._say, 4),
            REWRITTEN: (self._rewrite, 2),
            REMOVED: (self._remove, 1),
        }
        while not self._crowd.is_over():
            # What the plan asks for comes first, however busy the bot is.
            lacking = [what for what in acts if self._crowd.lacks(what)]
            if busy() and not lacking:
                await asyncio.sleep(LOOK)
                continue
            chosen = lacking or list(acts)
            [what] = self._chance.choices(chosen, [acts[each][1] for each in chosen])
            acts[what][0]()
            await asyncio.sleep(self._chance.uniform(SHORTEST, LONGEST))

    def _issue(self) -> ReadIssue | None:
        titles = {each.title for each in self._crowd.raised}
        there = [each for each in self._crowd.company.linear.issues() if each.title in titles]
        return self._chance.choice(there) if there else None

    def _move(self) -> None:
        if (issue := self._issue()) is not None:
            after = self._hands.move(issue, self._chance.choice(STATES))
            self._crowd.moved.append(Moved(issue.title, LinearField.STATE, after.state_type))
            self._crowd.deeds[MOVED] += 1

    def _value(self) -> None:
        if (issue := self._issue()) is not None:
            after = self._hands.set_priority(issue, self._chance.randint(1, 4))
            self._crowd.moved.append(Moved(issue.title, LinearField.PRIORITY, str(after.priority)))
            self._crowd.deeds[VALUED] += 1

    def _assign(self) -> None:
        if (issue := self._issue()) is not None:
            self._hands.assign(issue, self._chance.choice([*self._colleagues, None]))
            self._crowd.deeds[ASSIGNED] += 1

    def _say(self) -> None:
        if (issue := self._issue()) is not None:
            public = self._chance.random() < PUBLIC
            word = self._crowd.word("OPEN" if public else "HUSH")
            made = self._hands.comment(issue, _text(word, public=public))
            noted = Noted(issue.title, made.id, word, public)
            self._said.append(noted)
            self._crowd.noted.append(noted)
            self._crowd.deeds[NOTED] += 1

    def _rewrite(self) -> None:
        """Say it in other words, and now and then to others: the marker makes it the customer's."""
        if (noted := self._own()) is not None:
            noted.public = self._chance.random() < PUBLIC
            noted.word = self._crowd.word("OPEN" if noted.public else "HUSH")
            self._hands.edit_comment(_Named(noted.comment_id), _text(noted.word, public=noted.public))
            self._crowd.deeds[REWRITTEN] += 1

    def _remove(self) -> None:
        if (noted := self._own()) is not None:
            noted.word = None
            self._hands.delete_comment(_Named(noted.comment_id))
            self._crowd.deeds[REMOVED] += 1

    def _own(self) -> Noted | None:
        own = [each for each in self._said if each.word is not None]
        return self._chance.choice(own) if own else None


class _Named:
    def __init__(self, linear_id: str) -> None:
        self.id = linear_id


def _text(word: str, *, public: bool) -> str:
    return f"@customer {word}" if public else f"Looking at it: {word}"
