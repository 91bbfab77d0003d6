"""Our records compared with what stands in Linear: an issue's fields, its comments, and what hangs on it."""

from collections.abc import AsyncIterator, Awaitable, Collection, Iterator, Sequence
from dataclasses import dataclass
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
from storage import linear_comments, linear_customers, links, reconciling, reconciling_files
from storage.linear_comments import Counterpart, Follower
from storage.shown import IssueFacts
from storage.transaction import Transaction

T = TypeVar("T")
# As many of each as IssueAttachments.graphql asks for.
MOST_HANGING = 250


@dataclass(frozen=True)
class _Hanging:
    """What hangs on an issue in Linear by our records. ``need_id``: the customer's request; None: it has none."""

    linear_id: str | None
    files: Sequence[FileInLinear]
    need_id: str | None


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
        """Compare what hangs on an issue: its files, the link back to Slack, and the customer's request.

        ``link`` is the address of the message in which vendors see it; None: there is none.
        """
        ref = facts.issue.ref
        hanging = await self._transaction.read(partial(_hanging, ref=ref))
        if hanging.linear_id is None or (link is None and not hanging.files and hanging.need_id is None):
            return
        asked = {"id": hanging.linear_id, "needs": hanging.need_id is not None}
        data = await _unless_gone(self._calls.try_to_run(ref.organization_id, "IssueAttachments", asked))
        if data is None:
            return
        urls = _told(data["issue"]["attachments"], "url")
        if link is not None and _lacks(urls, link):
            yield Difference(wrong=Wrong.MISSING, what=What.LINEAR_LINK)
        for file in hanging.files:
            if _lacks(urls, file.url):
                yield Difference(wrong=Wrong.MISSING, what=What.LINEAR_FILE, about={"file_id": file.file_id})
        if hanging.need_id is not None and _lacks(_told(data["issue"]["needs"], "id"), hanging.need_id):
            yield Difference(wrong=Wrong.MISSING, what=What.LINEAR_REQUEST)

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


async def _hanging(session: AsyncSession, *, ref: IssueRef) -> _Hanging:
    return _Hanging(
        await links.linear_id(session, ref.organization_id, ref.issue_id),
        await reconciling_files.files_expected_in_linear(session, ref),
        await linear_customers.recorded_need(session, ref),
    )


def _told(connection: Any, field: str) -> Collection[str] | None:
    """Return what Linear tells of each that hangs there; None: there are so many that it did not tell of all."""
    nodes = connection["nodes"]
    return {str(one[field]) for one in nodes} if len(nodes) < MOST_HANGING else None


def _lacks(told: Collection[str] | None, wanted: str | None) -> bool:
    return told is not None and wanted not in told
