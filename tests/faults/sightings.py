"""What stands in Slack and Linear when all is quiet, held against what the bot's database says."""

import json
import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from bot.domain.issues import Status
from bot.domain.places import Audience
from sandbox.company import Company
from sandbox.slack import Channel, Message
from sandbox.slack.records import Call
from tests.faults.crowd import BOTH_NAME, Crowd, Spoken
from tests.faults.stories import WORD, Story
from tests.faults.verdict import Verdict

IN_LINEAR = {
    Status.OPEN: {"unstarted", "backlog", "triage"},
    Status.IN_PROGRESS: {"started"},
    Status.RESOLVED: {"completed"},
    Status.CLOSED: {"completed", "canceled"},
}
_FILE, _DELETED = "[file: ", "[file: deleted]"
_BUTTONS = re.compile(r"^(?:\[[^\]:]+\] ?)+$")
_NOT_THERE = "nothing"


def judged(crowd: Crowd, stories: Sequence[Story]) -> Verdict:
    """Return what is wrong with what can be seen."""
    verdict, company = Verdict(), crowd.company
    for raised in crowd.raised:
        titled = [each for each in stories if each.facts.public.title == raised.title]
        verdict.exactly_one(len(titled), f"{raised.title} in the database")
        told = {each.facts.issue.number for each in titled}
        verdict.lost += [f"{raised.title} is not {raised.number}"] if told and raised.number not in told else []
    for story in stories:
        _judge_linear(crowd, story, verdict)
        _judge_messages(crowd, story, verdict)
    _judge_comments(crowd, stories, verdict)
    _judge_teams(company, stories, verdict)
    return verdict


def _judge_teams(company: Company, stories: Sequence[Story], verdict: Verdict) -> None:
    teams: dict[int, set[str]] = {}
    for story in stories:
        of = {each.team for each in company.linear.issues() if each.title == story.facts.public.title}
        teams.setdefault(story.facts.issue.organization_id, set()).update(of)
    verdict.doubled += [f"a team in Linear: {each}" for of in teams.values() for each in sorted(of)[1:]]


def _judge_linear(crowd: Crowd, story: Story, verdict: Verdict) -> None:
    company, number, public = crowd.company, story.facts.issue.number, story.facts.public
    there = [each for each in company.linear.issues() if each.title == public.title]
    verdict.exactly_one(len(there), f"{number} in Linear")
    for issue in there:
        titles = [each.title for each in issue.attachments]
        verdict.exactly_one(titles.count(f"Slack: {number}"), f"{number}: the way from Linear to Slack")
        files = sorted(title for title in titles if title != f"Slack: {number}")
        given = sorted(each.name for each in story.facts.public.files if each.name not in story.refused)
        verdict.same(given, files, f"files of {number} in Linear")
        words = sorted(word for each in issue.comments for word in WORD.findall(each.body))
        said = [each.word for each in story.comments if each.word is not None]
        said += [each.word for each in crowd.noted if each.title == public.title and each.word is not None]
        verdict.same(sorted(said), words, f"what was said of {number} in Linear")
        if issue.state_type not in IN_LINEAR[public.status]:
            verdict.lost.append(f"{number}: Linear says {issue.state_type}, it is {public.status}")


def _judge_messages(crowd: Crowd, story: Story, verdict: Verdict) -> None:
    company, number, status = crowd.company, story.facts.issue.number, story.facts.public.status
    for audience, channels in _places(crowd, story):
        heads = [each for channel in channels for each in heads_of(company, channel, number)]
        verdict.exactly_one(len(heads), f"{number} in Slack for {audience}")
        word = f" · {status.replace('_', ' ').capitalize()} · "
        for head in heads:
            if word not in company.slack.as_text(head):
                verdict.lost.append(f"{number}: its message for {audience} does not say {status}")
        known = {(each.channel_id, each.ts) for each in story.facts.messages}
        for head in sorted(heads, key=lambda each: (each.channel.id, each.ts) not in known)[:1]:
            lines, files = _thread(company, head)
            verdict.same(story.told[audience], lines, f"{number} for {audience}")
            verdict.same(sorted(story.files[audience]), sorted(files), f"files of {number} for {audience}")


def _judge_comments(crowd: Crowd, stories: Sequence[Story], verdict: Verdict) -> None:
    """Hold what people said against what is stored: once it is calm, Slack tells of all of it."""
    stored = {(each.channel_id, each.ts): each.word for story in stories for each in story.comments}
    lonely = stranded(crowd)
    verdict.lost += untold(crowd.company)
    for said in crowd.spoken:
        if said in lonely:
            continue
        kept = stored.get((said.message.channel.id, said.message.ts), _NOT_THERE)
        right = {said.word} if said.word is not None else {None, _NOT_THERE}
        if kept not in right:
            verdict.lost.append(f"what {said.user.first_name} said: {said.word} is stored as {kept}")


def stranded(crowd: Crowd) -> list[Spoken]:
    """Return what was said under a message that came twice for a while, and that was deleted."""
    return [said for said in crowd.spoken if said.head.deleted]


def untold(company: Company) -> list[str]:
    """Return the events that the bot never acknowledged, so that Slack gave up, with how often it was told."""
    tries: dict[str, list[str]] = {}
    told: set[str] = set()
    for sent in company.slack.deliveries:
        if sent.kind == "event":
            body = json.loads(sent.body)
            name = f"{body['event']['type']} {body['event_id']}"
            tries.setdefault(name, []).append("no answer" if sent.timed_out else str(sent.status or sent.answer))
            told |= {name} if sent.ok else set()
    return [f"{name} was never acknowledged: {'; '.join(of)}" for name, of in tries.items() if name not in told]


def _places(crowd: Crowd, story: Story) -> Iterator[tuple[Audience, list[Channel]]]:
    company = crowd.company
    if story.facts.public.organization_name == BOTH_NAME:
        yield Audience.BOTH, [crowd.both]
        return
    direct = [company.slack.direct_channel(company.app, user) for user in (company.ada, company.bo)]
    yield Audience.CUSTOMER, [company.intake, *direct]
    yield Audience.TRIAGE, [company.triage]


def heads_of(company: Company, channel: Channel, number: str) -> list[Message]:
    """Return the bot's messages at the top of a channel that show an issue."""
    there = [each for each in company.slack.messages(channel) if each.app is company.app]
    return [each for each in there if number in company.slack.as_text(each)]


def _thread(company: Company, head: Message) -> tuple[list[str], list[str]]:
    """Return what the bot told in a thread: its lines and repeated words, and the names of its files, in order."""
    lines: list[str] = []
    files: list[str] = []
    for reply in company.slack.replies(head):
        if reply.app is company.app:
            read = [each for each in company.slack.as_text(reply).split("\n") if not _BUTTONS.match(each)]
            shown = [each for each in read if each.startswith(_FILE) and each != _DELETED]
            files += [each.removeprefix(_FILE).partition(",")[0] for each in shown]
            words = [word for each in read for word in WORD.findall(each)]
            lines += words or [each for each in read if not each.startswith(_FILE)]
    return lines, files


def payload_of(call: Call) -> Any:
    """Return what stands in the metadata of a call that posts."""
    metadata = call.args.get("metadata")
    read = json.loads(metadata) if isinstance(metadata, str) else metadata
    return read.get("event_payload") if isinstance(read, dict) else None


def effect_ids(payload: Any) -> list[uuid.UUID]:
    """Return the effects that a message carries out, by its metadata's payload; none if it is not the bot's."""
    if not payload or "id" not in payload:
        return []
    return [uuid.UUID(each) for each in (payload["id"], *filter(None, payload.get("also", "").split(",")))]
