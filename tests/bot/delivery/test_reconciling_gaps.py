"""What reconciling finds beside what is gone or double: never sent, elsewhere, in other words, not wanted."""

from functools import partial

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectKind, EffectState
from bot.domain.issues import Issue
from bot.domain.life import Action
from bot.domain.linear_threads import VendorNote
from bot.domain.pace import Pace
from bot.domain.places import Audience
from bot.domain.reconciled import What, Wrong
from bot.usecases.tell import show_comment, tell_vendors
from bot.views.comment_lines import FROM_ORGANIZATION
from bot.views.thread_lines import CUSTOMER_LINES
from sandbox.slack import Channel, Message
from storage import tables
from storage.ledger import OWED_AGAIN
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import INTERNAL, PUBLIC, change, comment, do, thread
from tests.bot.delivery.test_reconciling import delete, lines, mend, repeat, told, wrong
from tests.storage.seeds import NOW

pytestmark = pytest.mark.asyncio(loop_scope="module")

CUSTOMER, TRIAGE = Audience.CUSTOMER, Audience.TRIAGE
STARTED, RESOLVED = (CUSTOMER_LINES[what].format(actor="Vera") for what in ("started", "resolved"))
FROM_VERA = FROM_ORGANIZATION.format(name="Vera", organization="Acme")
IN_TWO_LANES = [Destination.CUSTOMER, Destination.TRIAGE]


async def pay_unsent(office: Office, *destinations: Destination) -> None:
    """Let all that is owed there be paid without being sent, as no worker should; the rest is delivered."""

    async def pay(session: AsyncSession) -> None:
        lanes = select(tables.Lane.id).where(tables.Lane.destination.in_(destinations))
        owed = (tables.Effect.state == EffectState.OWED) & tables.Effect.lane_id.in_(lanes)
        await session.execute(update(tables.Effect).where(owed).values(state=EffectState.DONE))
        empty = update(tables.Lane).where(tables.Lane.id.in_(lanes))
        await session.execute(empty.values(head=tables.Lane.next_seq, due=None))

    await office.transaction.write(pay)
    await office.settle()


def head(office: Office, channel: Channel) -> Message:
    return office.posts(channel)[0]


async def rewrite(office: Office, message: Message, text: str) -> None:
    """Let a message of ours say something else."""
    await office.client.chat_update(channel=message.channel.id, ts=message.ts, text=text, blocks=[])


@pytest.mark.both_databases
async def test_lines_that_were_paid_without_being_sent_are_told_in_their_order(office: Office) -> None:
    issue = await told(office)
    await do(office, issue, Action.RESOLVE, by=office.vera)
    await do(office, issue, Action.REOPEN, by=office.vera)
    await pay_unsent(office, Destination.CUSTOMER)
    assert await wrong(office, issue) == [
        (Wrong.MISSING, What.LINE, CUSTOMER),
        (Wrong.MISSING, What.LINE, CUSTOMER),
        (Wrong.DIFFERENT, What.MESSAGE, CUSTOMER),
    ]
    assert await mend(office, issue) == [True] * 3
    await office.settle()
    assert await wrong(office, issue) == []
    reopened = CUSTOMER_LINES["reopened"].format(actor="Vera")
    assert thread(office, head(office, office.intake))[-2:] == [RESOLVED, reopened]


async def test_a_line_that_an_earlier_version_told_again_is_not_told_once_more(office: Office) -> None:
    issue = await told(office)
    await delete(office, office.slack.replies(head(office, office.triage))[0])
    await mend(office, issue)
    await office.settle()

    async def be_done(session: AsyncSession) -> None:
        forgotten = tables.Effect.error == OWED_AGAIN
        await session.execute(update(tables.Effect).where(forgotten).values(state=EffectState.DONE, error=None))

    await office.transaction.write(be_done)
    assert await wrong(office, issue) == []


async def test_messages_that_were_never_posted_are_posted_and_their_lines_below_them(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    await pay_unsent(office, *IN_TWO_LANES)
    assert office.posts(office.intake) == []
    assert await wrong(office, issue) == [
        (Wrong.MISSING, What.MESSAGE, CUSTOMER),
        (Wrong.MISSING, What.LINE, CUSTOMER),
        (Wrong.MISSING, What.MESSAGE, TRIAGE),
    ]
    assert await mend(office, issue) == [True] * 3
    await office.settle()
    assert await wrong(office, issue) == []
    assert [len(thread(office, head(office, channel))) for channel in (office.intake, office.triage)] == [1, 0]


async def test_a_message_whose_post_was_left_out_is_missing_all_the_same(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    await pay_unsent(office, Destination.TRIAGE)

    async def leave_out(session: AsyncSession) -> None:
        post = tables.Effect.kind == EffectKind.SLACK_POST_ISSUE
        unsent = post & tables.Effect.ts.is_(None)
        await session.execute(update(tables.Effect).where(unsent).values(state=EffectState.SKIPPED))

    await office.transaction.write(leave_out)
    assert await wrong(office, issue) == [(Wrong.MISSING, What.MESSAGE, TRIAGE)]
    assert await mend(office, issue) == [True]
    await office.settle()
    assert await wrong(office, issue) == []
    assert len(office.posts(office.triage)) == 1


async def test_a_comment_that_was_paid_without_being_sent_is_repeated(office: Office) -> None:
    issue = await told(office)
    public = await comment(office, issue, "We found it.", by=office.vera)
    again = partial(show_comment, ref=issue.ref, comment_id=public, said_to=None, shown=PUBLIC)
    await office.transaction.write(again)
    await comment(office, issue, "Their contract ends.", by=office.vera, visibility=INTERNAL)
    await pay_unsent(office, *IN_TWO_LANES)
    await change(office, issue, public, text="We found it at last.")
    assert await wrong(office, issue) == [
        (Wrong.MISSING, What.COMMENT, CUSTOMER),
        (Wrong.MISSING, What.COMMENT, TRIAGE),
        (Wrong.MISSING, What.COMMENT, TRIAGE),
    ]
    await mend(office, issue)
    await office.settle()
    assert await wrong(office, issue) == []
    assert thread(office, head(office, office.intake))[-1] == f"{FROM_VERA}\n> We found it at last."
    assert "contract" not in str(thread(office, head(office, office.intake)))


async def test_what_says_something_else_is_edited_where_it_stands(office: Office) -> None:
    issue = await told(office)
    await told_a_note(office, issue)
    before, replies = lines(office), office.slack.replies
    customers, triages = replies(head(office, office.intake)), replies(head(office, office.triage))
    for message in (customers[1], customers[2], triages[0], triages[2]):
        await rewrite(office, message, "quite another text")
    assert await wrong(office, issue) == [
        (Wrong.DIFFERENT, What.LINE, CUSTOMER),
        (Wrong.DIFFERENT, What.COMMENT, CUSTOMER),
        (Wrong.DIFFERENT, What.LINE, TRIAGE),
        (Wrong.DIFFERENT, What.NOTE, TRIAGE),
    ]
    posts = len(office.slack.calls_of("chat.postMessage"))
    assert await mend(office, issue) == [True] * 4
    await office.settle()
    assert (await wrong(office, issue), lines(office)) == ([], before)
    assert len(office.slack.calls_of("chat.postMessage")) == posts


async def told_a_note(office: Office, issue: Issue) -> None:
    """Let vendors be told something of Linear."""
    await office.transaction.write(partial(tell_vendors, ref=issue.ref, note=VendorNote.WITHHELD))
    await office.settle()


async def test_lines_that_went_in_one_message_are_edited_as_one(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    office.keep_pace({"chat.postMessage": Pace(60.0, 1)})
    for action in (Action.START, Action.RESOLVE, Action.REOPEN):
        await do(office, issue, action, by=office.vera)
    for _ in range(3):
        await office.settle_later()
    office.keep_pace({})
    [together] = [one for one in office.slack.replies(head(office, office.triage)) if one.text.count("\n")]
    before = lines(office)
    await rewrite(office, together, "quite another text")
    assert await wrong(office, issue) == [(Wrong.DIFFERENT, What.LINE, TRIAGE)]
    await mend(office, issue)
    await office.settle()
    assert (await wrong(office, issue), lines(office)) == ([], before)


async def test_what_slack_writes_in_another_way_says_the_same(office: Office) -> None:
    issue = await told(office)
    await comment(office, issue, "See https://acme.example/a & <this> \N{ROCKET} *now*", by=office.vera)
    await office.settle()
    *_, copy = office.slack.replies(head(office, office.intake))
    slacks = copy.text.replace("https://acme.example/a", "<https://acme.example/a>").replace(
        "\N{ROCKET}", ":rocket:"
    )
    assert slacks != copy.text
    await rewrite(office, copy, slacks)
    assert await wrong(office, issue) == []


@pytest.mark.both_databases
async def test_of_what_is_missing_but_stands_elsewhere_one_is_kept_and_no_other_posted(office: Office) -> None:
    issue = await told(office)
    await told_a_note(office, issue)
    before = [sorted(one) for one in lines(office)]
    customers, triages = (office.slack.replies(head(office, channel)) for channel in (office.intake, office.triage))
    for message in (customers[1], customers[2], triages[2]):
        for _ in range(2):
            await repeat(office, message)
        await delete(office, message)
    assert await wrong(office, issue) == [
        (Wrong.ELSEWHERE, What.LINE, CUSTOMER),
        (Wrong.ELSEWHERE, What.COMMENT, CUSTOMER),
        (Wrong.ELSEWHERE, What.NOTE, TRIAGE),
    ]
    posts = len(office.slack.calls_of("chat.postMessage"))
    assert await mend(office, issue) == [True] * 3
    await office.settle()
    assert await wrong(office, issue) == []
    assert [sorted(one) for one in lines(office)] == before
    assert len(office.slack.calls_of("chat.postMessage")) == posts
    # It is ours again: what becomes of it is followed.
    await do(office, issue, Action.RESOLVE, by=office.vera)
    await office.settle()
    assert await wrong(office, issue) == []


async def test_an_issue_message_that_stands_elsewhere_is_taken_for_ours_with_a_thread_below(office: Office) -> None:
    issue = await told(office)
    before, shown = lines(office), head(office, office.intake)
    await repeat(office, shown)
    for message in (*office.slack.replies(shown), shown):
        await delete(office, message)
    [other] = office.posts(office.intake)
    found = await wrong(office, issue)
    assert (found[0], {one[:2] for one in found[1:]}) == (
        (Wrong.ELSEWHERE, What.MESSAGE, CUSTOMER),
        {(Wrong.MISSING, What.LINE), (Wrong.MISSING, What.COMMENT)},
    )
    await mend(office, issue)
    await office.settle()
    assert await wrong(office, issue) == []
    assert [one.ts for one in office.posts(office.intake)] == [other.ts]
    assert lines(office) == before
    assert "In progress" in office.slack.as_text(head(office, office.intake))


@pytest.mark.both_databases
@pytest.mark.parametrize("values", [{"visibility": INTERNAL}, {"deleted_at": NOW}], ids=["internal", "deleted"])
async def test_what_customers_must_not_read_any_more_is_found_and_deleted(
    office: Office, values: dict[str, object]
) -> None:
    issue = await told(office)
    comment_id = await comment(office, issue, "Their password.", by=office.vera, said_to=TRIAGE)
    await office.settle()
    await change(office, issue, comment_id, **values)
    assert await wrong(office, issue) == [(Wrong.UNWANTED, What.COMMENT, CUSTOMER)]
    assert await mend(office, issue) == [True]
    await office.settle()
    assert "password" not in str(lines(office))
    assert await wrong(office, issue) == []
    assert await office.duplicates() == 0
    # Made public after all, it is told again.
    await change(office, issue, comment_id, visibility=PUBLIC, deleted_at=None, text="Never mind.")
    again = partial(show_comment, ref=issue.ref, comment_id=comment_id, said_to=TRIAGE, shown=PUBLIC)
    await office.transaction.write(again)
    await office.settle()
    assert thread(office, head(office, office.intake))[-1] == f"{FROM_VERA}\n> Never mind."
