"""What Linear is seen to say of an issue, as a webhook would tell it, and Linear's time going on."""

import json
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.linear_reading import seen_issue
from bot.domain.effects import LinearField
from bot.domain.issues import Issue
from bot.domain.linear_seen import ActorKind, LinearActor, LinearPerson, SeenIssue, done_by
from bot.domain.shown import EventFacts
from bot.domain.sync import Decision
from bot.usecases.agree_with_linear import accept_linear_issue, owe_refetch
from bot.usecases.tell import tell_linear
from sandbox.faults import Answer
from sandbox.linear.errors import not_found
from sandbox.linear.model import User
from storage import linear_shadow, lives
from storage.linear_shadow import Shadow
from storage.lives import LivingIssue
from tests.bot.delivery.office import Office


async def raised(office: Office, title: str = "Export fails") -> Issue:
    """Return an issue that is in Linear; later, Linear's clock has gone on."""
    await office.open_acme()
    issue = await office.raise_issue(title)
    await office.settle()
    office.clock.move(10)
    return issue


async def seen(office: Office, reference: str = "ACM-1") -> SeenIssue:
    """Return what a webhook tells of an issue now."""
    answer = await office.linear_api.run("Issue", {"id": office.linear.issue(reference).id})
    return seen_issue(answer["issue"])


def person(user: User) -> LinearPerson:
    """Return somebody of Linear, as they are seen."""
    return LinearPerson(id=user.id, name=user.name, email=user.email)


def actor(user: User, *, ours: bool = False, kind: ActorKind = ActorKind.USER) -> LinearActor:
    """Return somebody of Linear, as who did something."""
    return LinearActor(kind=kind, person=person(user), ours=ours)


async def told(
    office: Office,
    issue: Issue,
    what: SeenIssue | None = None,
    *,
    by: LinearActor | None = None,
    changed: frozenset[LinearField] | None = None,
) -> list[Decision]:
    """Let a webhook tell of an issue, Dana's doing unless told otherwise, as it is now or as it was seen before."""
    accept = partial(
        accept_linear_issue,
        organization_id=issue.organization_id,
        seen=what or await seen(office),
        by=done_by(by or actor(office.dana), changed),
        now=office.now(),
    )
    return await office.transaction.write(accept)


def not_found_answer(entity: str) -> Answer:
    """Return what Linear answers where it does not know what was named."""
    return Answer(200, json.dumps({"errors": [not_found(entity).as_json()], "data": None}))


async def read_anew(office: Office, issue: Issue) -> None:
    """Let the issue be read in Linear."""
    await office.transaction.write(partial(owe_refetch, ref=issue.ref))
    await office.settle()


async def owe(office: Office, issue: Issue, *fields: LinearField) -> None:
    """Let Linear be told of these fields (again)."""
    await office.transaction.write(partial(tell_linear, ref=issue.ref, fields=fields))
    await office.settle()


async def shadow(office: Office, issue: Issue) -> Shadow:
    """Return what is known of the Linear issue."""
    found = await office.transaction.read(partial(linear_shadow.shadow_of, ref=issue.ref))
    assert found is not None
    return found


async def living(office: Office, issue: Issue) -> LivingIssue:
    """Return the issue as it is with us."""
    found = await office.transaction.read(partial(lives.living_issue, ref=issue.ref))
    assert found is not None
    return found


async def story(office: Office, issue: Issue) -> list[EventFacts]:
    """Return what happened in Linear, as our timeline has it."""

    async def look(session: AsyncSession) -> list[EventFacts]:
        return [one for one in await lives.timeline(session, issue.ref) if one.door == "linear"]

    return await office.transaction.read(look)


def replies(office: Office) -> tuple[list[str], list[str]]:
    """Return the lines of the customer's and of the vendors' thread."""
    [customer], [triage] = office.posts(office.intake), office.posts(office.triage)
    threads = office.slack.replies(customer), office.slack.replies(triage)
    return [office.slack.as_text(one) for one in threads[0]], [office.slack.as_text(one) for one in threads[1]]
