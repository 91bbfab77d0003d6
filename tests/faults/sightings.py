"""What stands in Slack and Linear when all is quiet, held against what the bot's database says."""

import json
from collections.abc import Iterator, Sequence

from bot.domain.issues import Status
from bot.domain.places import Audience
from bot.views.button_message import RAISE
from sandbox.company import Company
from sandbox.slack import Channel, Message
from sandbox.slack.model import Json
from tests.faults.ledger import WORD, Story
from tests.faults.people import Crowd, Spoken
from tests.faults.verdict import Verdict

IN_LINEAR = {
    Status.OPEN: {"unstarted", "backlog", "triage"},
    Status.IN_PROGRESS: {"started"},
    Status.RESOLVED: {"completed"},
    Status.CLOSED: {"completed", "canceled"},
}
_FILE = "[file: "
_NOT_THERE = "nothing"


def judged(company: Company, crowd: Crowd, stories: Sequence[Story]) -> Verdict:
    """Return what is wrong with what can be seen."""
    verdict = Verdict()
    for raised in crowd.raised:
        there = [each for each in stories if each.facts.issue.number == raised.number]
        verdict.exactly_one(len(there), f"{raised.number} in the database")
        titled = [each for each in stories if each.facts.public.title == raised.title]
        verdict.exactly_one(len(titled), f"{raised.title} in the database")
    for story in stories:
        _judge_linear(company, story, verdict)
        _judge_messages(company, story, verdict)
    _judge_comments(company, crowd, stories, verdict)
    buttons = [each for each in company.slack.messages(company.intake) if RAISE in _labels(each)]
    verdict.exactly_one(len(buttons), "the message with the button in the intake channel")
    verdict.exactly_one(len(company.intake.pins), "the pin in the intake channel")
    verdict.doubled += [f"a team in Linear: {each}" for each in _teams(company)[1:]]
    return verdict


def _labels(message: Message) -> list[str]:
    return [each.get("text", {}).get("text", "") for block in message.blocks or [] for each in _elements(block)]


def _elements(block: Json) -> list[Json]:
    return block["elements"] if block["type"] == "actions" else []


def _teams(company: Company) -> list[str]:
    return sorted({issue.team for issue in company.linear.issues()})


def _judge_linear(company: Company, story: Story, verdict: Verdict) -> None:
    number, public = story.facts.issue.number, story.facts.public
    there = [each for each in company.linear.issues() if each.title == public.title]
    verdict.exactly_one(len(there), f"{number} in Linear")
    for issue in there:
        titles = [each.title for each in issue.attachments]
        verdict.exactly_one(titles.count(f"Slack: {number}"), f"{number}: the way from Linear to Slack")
        files = sorted(title for title in titles if title != f"Slack: {number}")
        verdict.same(sorted(each.name for each in story.facts.public.files), files, f"files of {number} in Linear")
        words = sorted(word for each in issue.comments for word in WORD.findall(each.body))
        said = sorted(each.word for each in story.comments if each.word is not None)
        verdict.same(said, words, f"what was said of {number} in Linear")
        if issue.state_type not in IN_LINEAR[public.status]:
            verdict.lost.append(f"{number}: Linear says {issue.state_type}, it is {public.status}")


def _judge_messages(company: Company, story: Story, verdict: Verdict) -> None:
    number, status = story.facts.issue.number, story.facts.public.status
    for audience, channels in _places(company):
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


def _judge_comments(company: Company, crowd: Crowd, stories: Sequence[Story], verdict: Verdict) -> None:
    """Hold what people said, as far as the bot acknowledged it, against what is stored."""
    stored = {(each.channel_id, each.ts): each.word for story in stories for each in story.comments}
    untold, lonely = _untold(company), stranded(crowd)
    for said in crowd.spoken:
        address = (said.message.channel.id, said.message.ts)
        if said in lonely:
            continue
        kept = stored.get(address, _NOT_THERE)
        right = {said.word} if said.word is not None else {None, _NOT_THERE}
        if address not in untold and kept not in right:
            verdict.lost.append(f"what {said.user.first_name} said: {said.word} is stored as {kept}")


def stranded(crowd: Crowd) -> list[Spoken]:
    """Return what was said under a message that came twice for a while, and that was deleted."""
    return [said for said in crowd.spoken if said.head.deleted]


def _untold(company: Company) -> set[tuple[str, str]]:
    """Return the messages of which the bot never acknowledged all that happened to them: Slack gave up."""
    taken: dict[str, tuple[bool, tuple[str, str]]] = {}
    for sent in company.slack.deliveries:
        body = json.loads(sent.body) if sent.kind == "event" else {}
        event = body.get("event", {})
        if event.get("type") == "message":
            message = event.get("message") or event.get("previous_message") or event
            before, _ = taken.get(body["event_id"], (False, None))
            taken[body["event_id"]] = (before or sent.ok, (event["channel"], message["ts"]))
    return {address for ok, address in taken.values() if not ok}


def _places(company: Company) -> Iterator[tuple[Audience, list[Channel]]]:
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
            read = company.slack.as_text(reply).split("\n")
            files += [each.removeprefix(_FILE).partition(",")[0] for each in read if each.startswith(_FILE)]
            words = [word for each in read for word in WORD.findall(each)]
            lines += words or [each for each in read if not each.startswith(_FILE)]
    return lines, files


def transient_duplicates(company: Company) -> int:
    """Return how many messages were posted under an effect's id that had been posted under it before."""
    posted: list[str] = []
    for call in company.slack.calls_of("chat.postMessage"):
        metadata = call.args.get("metadata") if call.ok else None
        payload = _json(metadata).get("event_payload", {})
        posted += [payload["id"]] if "id" in payload else []
    return len(posted) - len(set(posted))


def _json(value: object) -> dict[str, dict[str, str]]:
    found = json.loads(value) if isinstance(value, str) else value
    return found if isinstance(found, dict) else {}
