"""What happened at Acme before somebody looks: everything done by its people, through the bot."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.company import Company
from sandbox.demo.issues_of_acme import Act, Story
from sandbox.slack import Channel, User
from sandbox.stage import Stage
from sandbox.tour import register_acme

# The bot keeps Slack's pace: what ten issues owe takes a while.
PATIENCE = 120.0


@dataclass
class Telling:
    """How far the story is: how many of its issues are raised, and how many are told to their end."""

    raised: int = 0
    told: int = 0
    of: int = 0
    _all_raised: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self, issues: int) -> None:
        """Say how many issues there will be."""
        self.of = issues
        if not issues:
            self.stop()

    async def enough(self) -> None:
        """Wait until there is enough to look at: every issue is raised, or the story has ended before."""
        await self._all_raised.wait()

    def raised_one(self) -> None:
        """Count an issue that is raised."""
        self.raised += 1
        if self.raised == self.of:
            self.stop()

    def stop(self) -> None:
        """Let nobody wait any longer."""
        self._all_raised.set()


async def begin(company: Company) -> None:
    """Let Vera register Acme, link its channels, and say that Victor is a vendor."""
    await register_acme(_stage(company, "nothing yet"))


async def tell(company: Company, telling: Telling, stories: Sequence[Story]) -> None:
    """Let customers raise the issues, one after another, and then everyone act on them at once."""
    telling.begin(len(stories))
    for story in stories:
        await _raise(_stage(company, story.title), story)
        telling.raised_one()
    async with asyncio.TaskGroup() as group:
        for story in stories:
            group.create_task(_act_all(company, story, telling))


def _stage(company: Company, title: str) -> Stage:
    return Stage(company, lambda _text: None, title, PATIENCE)


async def _raise(stage: Stage, story: Story) -> None:
    person = stage.person(_user(stage.company, story.customer))
    await stage.command(person, stage.company.intake, f"/raise-issue {story.title}")
    person.fill("Description", story.description)
    person.choose("Priority", story.priority)
    person.choose("Category", story.category)
    await stage.submit(person)


async def _act_all(company: Company, story: Story, telling: Telling) -> None:
    stage = _stage(company, story.title)
    for act in story.acts:
        await _act(stage, act)
    telling.told += 1


async def _act(stage: Stage, act: Act) -> None:
    user, company = _user(stage.company, act.who), stage.company
    channel: Channel = company.intake if act.is_customer else company.triage
    if act.after:
        await stage.told(channel, act.after)
    if act.press:
        await stage.press(user, channel, act.press)
    else:
        await stage.reply(user, channel, act.says)


def _user(company: Company, name: str) -> User:
    found: User = getattr(company, name)
    return found
