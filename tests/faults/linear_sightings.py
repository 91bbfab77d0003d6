"""What engineers did in Linear, held against what Slack tells and our database says of it when all is quiet."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from bot.domain.effects import LinearField
from bot.domain.linear_state import status_of
from bot.domain.places import Audience
from bot.domain.synced import PRIORITY_NUMBERS, PRIORITY_OF
from sandbox.company import Company
from sandbox.linear.reading import ReadIssue
from sandbox.slack import Channel
from sandbox.slack.records import Call
from tests.faults.crowd import BOTH_NAME, Crowd, Moved, Noted
from tests.faults.stories import WORD, Story
from tests.faults.taken import Kept, Taken
from tests.faults.verdict import Verdict

INTERNAL = "HUSH"
_SAYING = frozenset({"chat.postMessage", "chat.update", "chat.postEphemeral"})


def judge_linear_work(crowd: Crowd, stories: Sequence[Story], *, customers: bool) -> Verdict:
    """Return what is wrong with what the bot made of the engineers' work.

    Args:
        crowd: what everybody did.
        stories: what the database says.
        customers: Linear keeps for whom an issue is.
    """
    verdict, linear = Verdict(), crowd.company.linear
    for story in stories:
        there = [each for each in linear.issues() if each.title == story.facts.public.title]
        for issue in there:
            _judge_agreement(crowd, story, issue, verdict)
        _judge_changes(crowd, story, verdict)
        _judge_need(crowd.company, story, verdict, expected=len(there) if customers else 0)
    _judge_words(crowd, stories, verdict)
    _judge_customers(crowd.company, verdict)
    read_by_customers = {each.id: each.name for each in customers_channels(crowd)}
    verdict.leaked += leaks(crowd.company.slack.calls, read_by_customers)
    return verdict


def _judge_agreement(crowd: Crowd, story: Story, issue: ReadIssue, verdict: Verdict) -> None:
    number, priority = story.facts.issue.number, story.facts.public.priority
    if PRIORITY_NUMBERS[priority] != issue.priority:
        verdict.lost.append(f"{number}: Linear says priority {issue.priority}, it is {priority}")
    known = {each.name: each.email for each in crowd.company.linear.people if each.email in vendors(crowd.company)}
    theirs, ours = known.get(issue.assignee or ""), story.assignee
    # Whom Linear does not know cannot be named there: whoever stands there stays.
    if theirs != ours and (ours is None or ours in known.values()):
        verdict.lost.append(f"{number}: in Linear {issue.assignee} works on it, here {ours}")


def vendors(company: Company) -> frozenset[str | None]:
    """Return the e-mails of those who are known on both sides, where they are."""
    return frozenset({company.vera.email, company.victor.email})


def _judge_changes(crowd: Crowd, story: Story, verdict: Verdict) -> None:
    number, both = story.facts.issue.number, story.facts.public.organization_name == BOTH_NAME
    for field in (LinearField.STATE, LinearField.PRIORITY):
        done = [_in_our_words(field, each.value) for each in _moved(crowd, story, field)]
        taken = [str(each.value) for each in story.taken if each.field is field]
        judge_taken(done, taken, f"{field} of {number}, from Linear", verdict)
    judge_owed(story.taken, number, verdict, both=both)


def _moved(crowd: Crowd, story: Story, field: LinearField) -> list[Moved]:
    return [each for each in crowd.moved if each.title == story.facts.public.title and each.field is field]


def _in_our_words(field: LinearField, value: str) -> str:
    return str(status_of(value) if field is LinearField.STATE else PRIORITY_OF[int(value)])


def judge_owed(taken: Sequence[Taken], number: str, verdict: Verdict, *, both: bool) -> None:
    """Look whether each change was told to everybody who is to read of it; ``both`` read in one channel."""
    for each in taken:
        missing = _readers(each, both=both) - each.owed_to
        verdict.lost += [f"{number}: {each.words} in Linear, untold for {audience}" for audience in sorted(missing)]


def _readers(taken: Taken, *, both: bool) -> frozenset[Audience]:
    if both:
        return frozenset() if taken.overruled else frozenset({Audience.BOTH})
    return frozenset({Audience.TRIAGE} if taken.overruled else {Audience.TRIAGE, Audience.CUSTOMER})


def judge_taken(done: Sequence[str], taken: Sequence[str], where: str, verdict: Verdict) -> None:
    """Hold the changes that were taken over against those that were made: some may be left out, and no more.

    What changed again before anybody looked is not told. Whatever is told was done, once, and in this order.
    """
    rest = iter(done)
    if all(one in rest for one in taken):
        return
    more = Counter(taken) - Counter(done)
    verdict.doubled += [f"{where}: {one}" for one in more.elements()]
    if not more:
        verdict.disordered.append(f"{where}: {' | '.join(taken)}, done as {' | '.join(done)}")


def _judge_words(crowd: Crowd, stories: Sequence[Story], verdict: Verdict) -> None:
    """Hold what engineers said last against what is stored, and against what stands in each thread."""
    standing = words_standing(crowd)
    for story in stories:
        number, title = story.facts.issue.number, story.facts.public.title
        said = [each for each in crowd.noted if each.title == title]
        judge_said(said, story.kept, number, verdict)
        for each in said:
            if each.word is not None:
                for channels in _places(crowd, story, each):
                    times = sum(standing[channel.id][each.word] for channel in channels)
                    names = ", ".join(channel.name for channel in channels)
                    verdict.exactly_one(times, f"{each.word}, said in Linear of {number}, in {names}")


def judge_said(said: Sequence[Noted], kept: Sequence[Kept], number: str, verdict: Verdict) -> None:
    """Hold what is stored of what engineers said of an issue against what they said last, and to whom."""
    wanted = [f"{each.word} {_who(each.public)}" for each in said if each.word is not None]
    stored = [f"{word} {_who(each.public)}" for each in kept for word in WORD.findall(each.text)]
    verdict.same(sorted(wanted), sorted(stored), f"what was said in Linear of {number}")


def _who(public: bool) -> str:  # noqa: FBT001 - read as a word
    return "for its customer" if public else "within"


def _places(crowd: Crowd, story: Story, noted: Noted) -> list[list[Channel]]:
    """Return where a comment is to be told, once in each: any one of several channels."""
    if story.facts.public.organization_name == BOTH_NAME:
        return [[crowd.both]] if noted.public else []
    triage = [crowd.company.triage]
    return [triage, [crowd.company.intake, *_direct(crowd.company)]] if noted.public else [triage]


def _direct(company: Company) -> list[Channel]:
    return [company.slack.direct_channel(company.app, user) for user in (company.ada, company.bo)]


def words_standing(crowd: Crowd) -> dict[str, Counter[str]]:
    """Return how often each word stands in the bot's messages, by the channel's id."""
    company = crowd.company
    found: dict[str, Counter[str]] = {}
    for channel in (company.triage, *customers_channels(crowd)):
        heads = company.slack.messages(channel)
        there = [*heads, *(reply for head in heads for reply in company.slack.replies(head))]
        ours = {each.ts: each for each in there if each.app is company.app and not each.deleted}
        found[channel.id] = Counter(
            word for each in ours.values() for word in WORD.findall(company.slack.as_text(each))
        )
    return found


def customers_channels(crowd: Crowd) -> list[Channel]:
    """Return every channel in which customers read."""
    return [crowd.company.intake, crowd.both, *crowd.linked, *_direct(crowd.company)]


def leaks(calls: Sequence[Call], channels: Mapping[str, str]) -> list[str]:
    """Return what internal words were ever said where customers read, though they may be gone by now.

    Args:
        calls: of Slack.
        channels: where customers read: their names by their ids.
    """
    found = []
    for call in calls:
        if call.method in _SAYING and call.args.get("channel") in channels:
            words = [word for word in WORD.findall(json.dumps(call.args)) if word.startswith(INTERNAL)]
            found += [f"{word} in {channels[call.args['channel']]}" for word in words]
    return found


def _judge_need(company: Company, story: Story, verdict: Verdict, *, expected: int) -> None:
    public = story.facts.public
    named = [each.customer.name for each in company.linear.needs if each.issue.title == public.title]
    judge_need([public.customer_name] * expected, named, public.number, verdict)


def judge_need(expected: Sequence[str], named: Sequence[str], number: str, verdict: Verdict) -> None:
    """Hold the customers whom Linear names with an issue against its customer."""
    verdict.same(expected, named, f"the customer of {number} in Linear")


def _judge_customers(company: Company, verdict: Verdict) -> None:
    judge_customers([id_ for each in company.linear.customers for id_ in each.external_ids], verdict)


def judge_customers(external_ids: Sequence[str], verdict: Verdict) -> None:
    """Look whether a customer of ours is in Linear more than once."""
    ids = Counter(external_ids)
    verdict.doubled += [f"customer {id_} in Linear" for id_, count in ids.items() for _ in range(count - 1)]
