"""Right ids under another organization's name, or another issue's: every query about an issue finds nothing."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import LinearField
from bot.domain.issues import IssueRef
from bot.domain.life import Role
from bot.domain.linear_seen import SeenIssue
from bot.domain.organizations import ChannelAddress
from bot.domain.places import Audience, Place
from storage import comments, conversations, files, issues, linear_shadow, linear_ties, links, lives, tokens
from storage.comments import Copy
from storage.files import GivenFile
from storage.issues import NewEvent
from storage.linear_shadow import Reason
from storage.links import NewLinearIssue
from storage.tables import Base
from storage.transaction import Transaction
from tests.storage.seeds import NOW
from tests.storage.talk import LINKED, Talk, new_comment, open_talk

TRIAGE, CUSTOMER = Audience.TRIAGE, Audience.CUSTOMER
Ask = Callable[[AsyncSession, Talk, IssueRef], Awaitable[Any]]


def _by_ids(function: Callable[..., Awaitable[Any]], *args: Any) -> Ask:
    """Ask a function that takes the organization and the issue one by one."""
    return lambda session, _talk, ref: function(session, ref.organization_id, ref.issue_id, *args)


async def _event(session: AsyncSession, talk: Talk, ref: IssueRef) -> Any:
    try:
        return await lives.event_facts(session, ref, talk.event_id)
    except NoResultFound:
        return None


async def _copy_of_file(session: AsyncSession, talk: Talk, ref: IssueRef) -> Any:
    copy = await files.copy_of(session, ref, talk.file_id, TRIAGE)
    # How old it is differs from one moment to the next.
    return copy and (copy.slack_file_id, copy.is_shared)


# Every function that reads something of an issue, asked with ids that are right.
READS: Mapping[str, Ask] = {
    "lives.living_issue": lambda session, _, ref: lives.living_issue(session, ref),
    "lives.assignable": lambda session, _, ref: lives.assignable(session, ref),
    "lives.event_facts": _event,
    "lives.timeline": lambda session, _, ref: lives.timeline(session, ref),
    "lives.last_event": lambda session, _, ref: lives.last_event(session, ref, ["claimed"]),
    "linear_shadow.shadow_of": lambda session, _, ref: linear_shadow.shadow_of(session, ref),
    "linear_shadow.own_changes": lambda session, _, ref: linear_shadow.own_changes(session, ref),
    "linear_ties.tie_of": lambda session, _, ref: linear_ties.tie_of(session, ref),
    "comments.comment_of_request": lambda session, _, ref: comments.comment_of_request(session, ref, "request"),
    "comments.shown_to_customer": lambda s, talk, ref: comments.shown_to_customer(s, ref, talk.public_id),
    "comments.shown_to_triage": lambda s, talk, ref: comments.shown_to_triage(s, ref, talk.internal_id),
    "comments.copy_of": lambda session, talk, ref: comments.copy_of(session, ref, talk.public_id, TRIAGE),
    "conversations.public_words": lambda session, _, ref: conversations.public_words(session, ref),
    "conversations.all_words": lambda session, _, ref: conversations.all_words(session, ref),
    "files.files_of_issue": lambda session, _, ref: files.files_of_issue(session, ref),
    "files.files_with_issue": lambda session, _, ref: files.files_with_issue(session, ref),
    "files.files_to_send": lambda s, talk, ref: files.files_to_send(s, ref, comment_id=talk.public_id),
    "files.files_in_linear": lambda s, talk, ref: files.files_in_linear(s, ref, talk.public_id),
    "files.file_for_linear": lambda s, talk, ref: files.file_for_linear(s, ref, talk.file_id),
    "files.file_name": lambda s, talk, ref: files.file_name(s, ref, talk.file_id),
    "files.files_of_comment": lambda s, talk, ref: files.files_of_comment(s, ref, talk.public_id),
    "files.files_seen_by": lambda session, _, ref: files.files_seen_by(session, ref, CUSTOMER),
    "files.file_to_share": lambda s, talk, ref: files.file_to_share(s, ref, talk.file_id, CUSTOMER),
    "files.copy_of": _copy_of_file,
    "links.issue_messages": _by_ids(links.issue_messages),
    "links.places": _by_ids(links.places),
    "links.linked_issue": _by_ids(links.linked_issue),
    "links.linear_id": _by_ids(links.linear_id),
}
_ELSEWHERE = Copy("CEVIL", "6.6")
_FILE = GivenFile(team_id="T1", slack_file_id="F2", name="evil.png", mimetype="", size=0)
_LINEAR = NewLinearIssue(**{**LINKED.__dict__, "linear_id": "evil", "identifier": "EVL-1"})
_SEEN = SeenIssue(
    linear_id="linear-id",
    team_id="team-id",
    identifier="EVL-1",
    url="https://linear.app/evil/issue/EVL-1",
    title="Evil",
    description=None,
    state_id="evil",
    state_name="Evil",
    state_type="started",
    priority=1,
    assignee=None,
    updated_at=NOW,
)
_REASON = Reason(verdict="write", why="evil", at=NOW)
# Every function that writes something of an issue.
WRITES: Mapping[str, Ask] = {
    "lives.store_change": lambda s, _, ref: lives.store_change(s, ref, {"title": "Evil"}, NOW),
    "linear_shadow.see": lambda session, _, ref: linear_shadow.see(session, ref, _SEEN),
    "linear_shadow.set_seen_at": lambda session, _, ref: linear_shadow.set_seen_at(session, ref, NOW),
    "linear_shadow.set_wrote": lambda s, _, ref: linear_shadow.set_wrote(s, ref, {LinearField.TITLE: ["Evil"]}),
    "linear_shadow.set_reasons": lambda s, _, ref: linear_shadow.set_reasons(s, ref, {LinearField.TITLE: _REASON}),
    "linear_shadow.set_gone": lambda session, _, ref: linear_shadow.set_gone(session, ref, "evil"),
    "linear_ties.cut": lambda session, _, ref: linear_ties.cut(session, ref),
    "linear_ties.set_paused_at": lambda session, _, ref: linear_ties.set_paused_at(session, ref, NOW),
    "comments.add_comment": lambda session, _, ref: comments.add_comment(session, new_comment(ref, "Evil")),
    "comments.change_comment": lambda s, talk, ref: comments.change_comment(
        s, ref, talk.public_id, {"text": "Evil"}
    ),
    "comments.put_copy": lambda s, talk, ref: comments.put_copy(s, ref, talk.internal_id, CUSTOMER, _ELSEWHERE),
    "comments.drop_copy": lambda session, talk, ref: comments.drop_copy(session, ref, talk.public_id, TRIAGE),
    "files.add_files": lambda s, talk, ref: files.add_files(s, ref, [_FILE], comment_id=talk.public_id, now=NOW),
    "files.set_linear_url": lambda s, talk, ref: files.set_linear_url(s, ref, talk.file_id, "evil"),
    "files.begin_copy": lambda s, talk, ref: files.begin_copy(
        s, ref, talk.file_id, CUSTOMER, "FEVIL", instead_of=None
    ),
    "files.set_copy_shared": lambda s, talk, ref: files.set_copy_shared(s, ref, talk.file_id, TRIAGE),
    "files.drop_copy": lambda s, talk, ref: files.drop_copy(s, ref, talk.file_id, TRIAGE),
    "links.add_place": _by_ids(links.add_place, Place(Audience.BOTH, ChannelAddress("T1", "CEVIL"))),
    "links.leave_triage": lambda session, _, ref: links.leave_triage(session, ref),
    "links.forget_message": lambda session, _, ref: links.forget_message(session, ref, CUSTOMER),
    "links.set_message_posted": lambda s, _, ref: links.set_message_posted(
        s, ref.organization_id, ref.issue_id, CUSTOMER, channel_id="CEVIL", ts="6.6"
    ),
    "links.put_linear_issue": _by_ids(links.put_linear_issue, _LINEAR, NOW),
}
# What is asked with something else than an issue; each has its own test.
ASKED_OTHERWISE = {
    "lives.hold_issue",
    "lives.roles_in",
    "lives.roles_towards",
    "lives.state_values",
    "lives.was_solved",
    "comments.author_of",
    "linear_shadow.issues_of",
    "linear_shadow.is_paused",
    "linear_ties.is_tie_owed",
    "comments.comment_said_in",
    "comments.to_stored",
    "files.file_rows",
    "links.is_being_posted",
    "links.issue_at",
    "links.withdraw_triage",
    "links.issues_hidden_from_vendors",
    *(f"tokens.{name}" for name in ("add_token", "find", "tokens_of", "revoke", "note_use")),
}


@pytest.fixture
async def talk(transaction: Transaction) -> Talk:
    return await open_talk(transaction)


def _functions(module: ModuleType) -> set[str]:
    name = module.__name__.rpartition(".")[2]
    return {
        f"{name}.{found}"
        for found, value in inspect.getmembers(module, inspect.isfunction)
        if not found.startswith("_") and value.__module__ == module.__name__
    }


def test_no_query_is_left_out() -> None:
    modules = (lives, comments, conversations, files, tokens, links, linear_shadow, linear_ties)
    everything = set().union(*(_functions(module) for module in modules))
    assert everything == {*READS, *WRITES} | ASKED_OTHERWISE


@pytest.mark.parametrize("name", READS)
async def test_what_is_found_under_the_right_ids_is_not_under_wrong_ones(
    transaction: Transaction, talk: Talk, name: str
) -> None:
    async def prepare(session: AsyncSession) -> None:
        # Who works on it is not offered again; somebody else is. And one more file comes with the issue itself.
        await lives.store_change(session, talk.ref, {"assignee_user_id": None}, NOW)
        await files.add_files(session, talk.ref, [_FILE], comment_id=None, now=NOW)

    await transaction.write(prepare)

    async def look(session: AsyncSession, ref: IssueRef) -> Any:
        return await READS[name](session, talk, ref)

    assert await transaction.read(partial(look, ref=talk.ref))
    for wrong in talk.wrong_refs:
        if name.endswith(".copy_of") and wrong.organization_id == talk.ref.organization_id:
            continue
        assert not await transaction.read(partial(look, ref=wrong)), wrong


@pytest.mark.parametrize("name", WRITES)
async def test_what_is_written_under_another_organizations_name_is_not_to_be_seen_under_the_right_one(
    transaction: Transaction, talk: Talk, name: str
) -> None:
    async def seen(session: AsyncSession) -> list[Any]:
        found = [await ask(session, talk, talk.ref) for ask in READS.values()]
        kept = [
            (await session.execute(select(table).where(table.c.organization_id == talk.ref.organization_id))).all()
            for table in Base.metadata.sorted_tables
            if "organization_id" in table.c
        ]
        return [*found, *kept]

    async def write(session: AsyncSession) -> None:
        await WRITES[name](session, talk, IssueRef(talk.other, talk.issue.id))

    before = await transaction.read(seen)
    await transaction.write(write)
    assert await transaction.read(seen) == before


async def test_roles_are_those_in_the_organization_that_is_asked_for(transaction: Transaction, talk: Talk) -> None:
    async def roles(session: AsyncSession, organization_id: int) -> set[Role]:
        return await lives.roles_in(session, talk.vera.id, organization_id)

    assert await transaction.read(partial(roles, organization_id=talk.issue.organization_id)) == {
        Role.VENDOR,
        Role.EMPLOYEE,
    }
    assert await transaction.read(partial(roles, organization_id=talk.other)) == set()


@pytest.mark.parametrize(
    ("team", "channel", "ts", "found"),
    [
        ("T1", "C1", "1.0", CUSTOMER),
        ("T1", "C2", "1.0", TRIAGE),
        ("T2", "C1", "1.0", None),
        ("T1", "C3", "1.0", None),
        ("T1", "C1", "1.1", None),
    ],
)
async def test_an_issue_is_found_by_the_whole_address_of_its_message(
    transaction: Transaction, talk: Talk, team: str, channel: str, ts: str, found: Audience | None
) -> None:
    place = await transaction.read(partial(links.issue_at, team_id=team, channel_id=channel, ts=ts))
    assert place == (None if found is None else (talk.ref, found))


async def test_places_in_a_direct_message_are_withdrawn_by_their_whole_address_too(
    transaction: Transaction, talk: Talk
) -> None:
    for address in (ChannelAddress("T2", "C2"), ChannelAddress("T1", "C1"), ChannelAddress("T1", "C3")):
        await transaction.write(partial(links.withdraw_triage, channel=address))
    look = partial(links.issue_messages, organization_id=talk.issue.organization_id, issue_id=talk.issue.id)
    assert [message.audience for message in await transaction.read(look)] == [CUSTOMER, TRIAGE]
    await transaction.write(partial(links.withdraw_triage, channel=ChannelAddress("T1", "C2")))
    assert [message.audience for message in await transaction.read(look)] == [CUSTOMER]
    hidden = partial(links.issues_hidden_from_vendors, limit=5)
    assert await transaction.read(partial(hidden, organization_id=talk.issue.organization_id)) == [talk.ref]
    assert await transaction.read(partial(hidden, organization_id=talk.other)) == []


async def test_whether_an_issue_was_solved_is_asked_of_its_own_organization(
    transaction: Transaction, talk: Talk
) -> None:
    async def close(session: AsyncSession) -> None:
        for was, becomes in (("open", "resolved"), ("resolved", "closed")):
            event = NewEvent(
                organization_id=talk.ref.organization_id,
                issue_id=talk.ref.issue_id,
                actor_user_id=None,
                what="closed",
                was=was,
                becomes=becomes,
                door="slack",
                now=NOW,
            )
            await issues.add_event(session, event)

    await transaction.write(close)
    assert await transaction.read(partial(lives.was_solved, ref=talk.ref))
    for wrong in talk.wrong_refs:
        assert not await transaction.read(partial(lives.was_solved, ref=wrong))
