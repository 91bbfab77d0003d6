"""Files on their way to Linear: their bytes pass from Slack to its storage, and stay nowhere on the way."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import httpx
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.failures import is_gone, is_refused_input, linear_failure
from bot.delivery.file_transfer import FileTransfer
from bot.delivery.linear_api import LinearError
from bot.delivery.linear_comments import NOT_IN_LINEAR
from bot.delivery.linear_ways import LinearCalls
from bot.delivery.worker import Record, nothing_more
from bot.domain.effects import Effect, EffectKind
from bot.domain.issues import IssueRef
from bot.domain.linear_threads import VendorNote
from bot.domain.retry import AlreadyDone
from bot.usecases.tell import owe_to_linear, send_files, tell_vendors
from storage import files, linear_comments
from storage.files import FileForLinear
from storage.transaction import Transaction

# About a day: then the file is left where it is, which is said, so that those behind it arrive. No channel that is
# closed, and no credential that is refused, counts among these.
MOST_ATTEMPTS = 200
# Part of what the address is signed for (Linear's documentation, "How to upload a file to Linear").
CACHE_CONTROL = "public, max-age=31536000"
ANY_TYPE = "application/octet-stream"
log = structlog.stdlib.get_logger(__name__)


class LinearFiles:
    """Delivers files to Linear.

    Args:
        linear: asks Linear.
        transfer: the way of the bytes.
        transaction: state is read at the moment of sending.
    """

    def __init__(self, linear: LinearCalls, transfer: FileTransfer, transaction: Transaction) -> None:
        self._linear = linear
        self._transfer = transfer
        self._transaction = transaction

    async def send_file(self, effect: Effect) -> Record:
        """Let Linear keep a file; once it does, let the issue or the comment with which it came refer to it.

        Raises:
            DeliveryFailure: it was not done, or maybe; whatever is wrong with this file alone is ``AlreadyDone``.
        """
        linear_id, file = await self._transaction.read(partial(_look, effect=effect))
        if file.linear_url:
            return await self._refer(effect, linear_id, file)
        if effect.attempts > MOST_ATTEMPTS:
            log.warning("a file could not be brought to Linear", effect=str(effect.id), attempts=MOST_ATTEMPTS)
            note = VendorNote.FILE_NOT_IN_LINEAR
            return partial(tell_vendors, ref=effect.ref, note=note, file_id=_file_id(effect))
        found = await self._transfer.given(file.slack_file_id, file.said_in)
        if found is None:
            raise AlreadyDone("the file is gone")
        self._transfer.check(found)
        name = str(found.get("name") or file.name)
        announced = await self._announce(effect.organization_id, found, name)
        if announced is None:
            return partial(_refused, ref=effect.ref, file_id=_file_id(effect))
        headers = {header["key"]: header["value"] for header in announced["headers"]}
        headers |= {"Content-Type": announced["contentType"], "Cache-Control": CACHE_CONTROL}
        await self._transfer.put(found, announced["uploadUrl"], headers)
        return partial(_kept, ref=effect.ref, file=file, file_id=_file_id(effect), url=announced["assetUrl"])

    async def _announce(self, organization_id: int, found: Mapping[str, Any], name: str) -> dict[str, Any] | None:
        """Return where the bytes go; None: Linear takes no such file."""
        size = int(found.get("size") or 0)
        given = {"contentType": str(found.get("mimetype") or ANY_TYPE), "filename": name, "size": size}
        try:
            data = await self._linear.try_to_run(organization_id, "FileUpload", given)
        except (LinearError, httpx.TransportError) as error:
            if isinstance(error, LinearError) and is_refused_input(error):
                return None
            raise linear_failure(error) from error
        announced: dict[str, Any] | None = data["fileUpload"]["uploadFile"]
        return announced

    async def _refer(self, effect: Effect, linear_id: str, file: FileForLinear) -> Record:
        if file.comment_id is not None:
            raise AlreadyDone("the file is in Linear")
        # The same address gives the same attachment: AttachmentCreate is an upsert by issue and url.
        wanted = {"issueId": linear_id, "url": file.linear_url, "title": file.name}
        try:
            await self._linear.try_to_run(effect.organization_id, "AttachmentCreate", {"input": wanted})
        except (LinearError, httpx.TransportError) as error:
            if isinstance(error, LinearError) and is_gone(error):
                raise AlreadyDone("Linear has no such issue any more") from error
            raise linear_failure(error) from error
        return nothing_more


def _file_id(effect: Effect) -> int:
    return int(effect.about["file_id"])


async def _look(session: AsyncSession, *, effect: Effect) -> tuple[str, FileForLinear]:
    one = await linear_comments.follower(session, effect.ref)
    if one is None:
        raise AlreadyDone(NOT_IN_LINEAR)
    file = await files.file_for_linear(session, effect.ref, _file_id(effect))
    if file is None or file.linear_url == files.REFUSED:
        raise AlreadyDone("the file does not go to Linear")
    if file.comment_id is not None:
        part = await linear_comments.counterpart(session, effect.ref, file.comment_id)
        if part is None or part.comment.deleted or part.gone or part.withheld or part.seen_at is None:
            # When its comment comes to stand there, it is owed again.
            raise AlreadyDone("the file's comment does not stand in Linear")
    return one.linear_id, file


async def _kept(session: AsyncSession, *, ref: IssueRef, file: FileForLinear, file_id: int, url: str) -> None:
    await files.set_linear_url(session, ref, file_id, url)
    if file.comment_id is None:
        await send_files(session, ref, [file_id])
    else:
        await owe_to_linear(session, ref, EffectKind.LINEAR_SEND_COMMENT, comment_id=file.comment_id)


async def _refused(session: AsyncSession, *, ref: IssueRef, file_id: int) -> None:
    await files.set_linear_url(session, ref, file_id, files.REFUSED)
    await tell_vendors(session, ref, VendorNote.FILE_REFUSED, file_id=file_id)
