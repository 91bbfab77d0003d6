"""Our records compared with what stands in Linear: an issue's fields, its comments, and what hangs on it."""

from collections.abc import AsyncIterator, Awaitable, Collection, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.failures import is_gone, linear_failure
from bot.delivery.linear_api import LinearError
from bot.delivery.linear_reading import seen_issue
from bot.delivery.linear_said import Conversation, read_conversation
from bot.delivery.linear_ways import LinearCalls
from bot.domain.issues import IssueRef
from bot.domain.reconciled import IN_LINEAR, Difference, FileInLinear, What, Wrong
from bot.domain.sync import Verdict
from bot.usecases.accept_linear_comment import hash_of
from bot.usecases.agree_with_linear import rehearse_linear_issue
from storage import linear_comments, links, reconciling, reconciling_files
from storage.linear_comments import Counterpart, Follower
from storage.shown import IssueFacts
from storage.transaction import Transaction

T = TypeVar("T")
# As many as IssueAttachments.graphql asks for.
MOST_ATTACHMENTS = 250


class LinearComparing:
    """Compares. Every method raises ``DeliveryFailure`` where Linear cannot be asked.

    Args:
        calls: asks Linear.
        transaction: our records.
    """

    def __init__(self, calls: LinearCalls, transaction: Transaction) -> None:
        self._calls = calls
        self._transaction = transaction

    async def issue(self, facts: IssueFacts) -> AsyncIterator[Difference]:
        """Compare an issue with its Linear issue."""
        ref = facts.issue.ref
        look = partial(links.linear_id, organization_id=ref.organization_id, issue_id=ref.issue_id)
        linear_id = await self._transaction.read(look)
        found = None if linear_id is None else await self._ask(ref, linear_id)
        seen = None if found is None else seen_issue(found)
        if seen is None or seen.gone:
            yield Difference(wrong=Wrong.MISSING, what=What.LINEAR_ISSUE)
            return
        rehearse = partial(rehearse_linear_issue, organization_id=ref.organization_id, seen=seen, by={})
        for decision in await self._transaction.read(rehearse):
            if decision.ref == ref and decision.verdict in {Verdict.WRITE, Verdict.ACCEPT}:
                yield Difference(wrong=Wrong.DIFFERENT, what=IN_LINEAR[decision.field])

    async def comments(self, facts: IssueFacts) -> AsyncIterator[Difference]:
        """Compare an issue's comments with those that stand under its Linear issue; nothing where none should."""
        one, parts, unsent = await self._transaction.read(partial(_known, ref=facts.issue.ref))
        if one is None or not one.mirrored or one.paused:
            return
        for comment_id in unsent:
            yield _difference(Wrong.MISSING, comment_id=comment_id)
        if parts and (found := await self._read(one)) is not None:
            for difference in _compared(parts, found):
                yield difference

    async def attachments(self, facts: IssueFacts, link: str | None) -> AsyncIterator[Difference]:
        """Compare what hangs on an issue: the files that came with it, and the link back to Slack.

        ``link`` is the address of the message in which vendors see it; None: there is none.
        """
        ref = facts.issue.ref
        look = partial(_hanging, ref=ref)
        linear_id, files = await self._transaction.read(look)
        if linear_id is None or (link is None and not files):
            return
        urls = await self._urls(ref, linear_id)
        if urls is None:
            return
        if link is not None and link not in urls:
            yield Difference(wrong=Wrong.MISSING, what=What.LINEAR_LINK)
        for file in files:
            if file.url not in urls:
                yield Difference(wrong=Wrong.MISSING, what=What.LINEAR_FILE, about={"file_id": file.file_id})

    async def _urls(self, ref: IssueRef, linear_id: str) -> Collection[str] | None:
        """Return the addresses of what hangs on an issue; None: it is gone, or so much that not all was told."""
        asking = self._calls.try_to_run(ref.organization_id, "IssueAttachments", {"id": linear_id})
        data = await _unless_gone(asking)
        if data is None:
            return None
        found = [str(one["url"]) for one in data["issue"]["attachments"]["nodes"]]
        return found if len(found) < MOST_ATTACHMENTS else None

    async def _ask(self, ref: IssueRef, linear_id: str) -> Any | None:
        data = await _unless_gone(self._calls.try_to_run(ref.organization_id, "Issue", {"id": linear_id}))
        return None if data is None else data["issue"]

    async def _read(self, one: Follower) -> Conversation | None:
        return await _unless_gone(read_conversation(self._calls, one.ref.organization_id, one.linear_id))


async def _unless_gone(asking: Awaitable[T]) -> T | None:
    """Return what Linear answers; None: it has no such issue any more."""
    try:
        return await asking
    except (LinearError, httpx.TransportError) as error:
        if isinstance(error, LinearError) and is_gone(error):
            return None
        raise linear_failure(error) from error


def _compared(parts: Sequence[Counterpart], found: Conversation) -> Iterator[Difference]:
    bodies = {seen.id: hash_of(seen.body) for seen in found.comments}
    for part in parts:
        if part.gone or part.seen_at is None:
            # A call that was on its way may have made it after it was taken back.
            if part.ours and part.comment.deleted and part.linear_id in bodies:
                yield _difference(Wrong.UNWANTED, linear_comment_id=part.linear_id)
        elif part.linear_id not in bodies and found.whole:
            yield _difference(Wrong.MISSING, linear_comment_id=part.linear_id)
        elif part.linear_id in bodies and bodies[part.linear_id] != part.body_hash:
            yield _difference(Wrong.DIFFERENT, linear_comment_id=part.linear_id)


def _difference(wrong: Wrong, **about: int | str) -> Difference:
    return Difference(wrong=wrong, what=What.LINEAR_COMMENT, about=about)


async def _known(
    session: AsyncSession, *, ref: IssueRef
) -> tuple[Follower | None, Sequence[Counterpart], Sequence[int]]:
    return (
        await linear_comments.follower(session, ref),
        await linear_comments.counterparts_of_issue(session, ref),
        await reconciling.comments_unknown_in_linear(session, ref),
    )


async def _hanging(session: AsyncSession, *, ref: IssueRef) -> tuple[str | None, Sequence[FileInLinear]]:
    return (
        await links.linear_id(session, ref.organization_id, ref.issue_id),
        await reconciling_files.files_expected_in_linear(session, ref),
    )
