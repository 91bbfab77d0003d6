"""The bytes of files, out of Slack and into it again; what goes wrong is named for the queue.

They pass through, and are kept nowhere.
"""

import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.failures import SLACK_PAUSE_SECONDS, slack_failure
from bot.domain.retry import AlreadyDone, DeliveryFailure, GiveUp, NotSent, RetryAfter
from bot.domain.trouble import LINEAR_REFUSES, SLACK_REFUSES
from bot.slack_errors import code_of

# What is larger is named in the message, and stays where it is.
SIZE_LIMIT = 100_000_000
CHUNK_BYTES = 65_536
# A file takes as long as it takes: the lease ends what takes too long. No byte for 8 seconds is the end, too.
FILE_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=8.0, sock_read=8.0)
# What somebody can mend, for a channel or for the whole workspace: the lane waits for that. Whatever else Slack
# refuses, it refuses for this file.
_MENDABLE = {
    "account_inactive",
    "channel_not_found",
    "ekm_access_denied",
    "invalid_auth",
    "is_archived",
    "missing_scope",
    "not_authed",
    "not_in_channel",
    "org_login_required",
    "posting_to_channel_denied",
    "token_expired",
    "token_revoked",
}
_GONE = {"file_deleted", "file_not_found"}
_HTTP_OK, _HTTP_BAD_REQUEST, _HTTP_FORBIDDEN, _HTTP_TOO_MANY, _HTTP_SERVER_ERROR = 200, 400, 403, 429, 500
HEADER_DROPPED = "the file's storage answered 403: a header was changed or dropped on the way, maybe by a proxy"


class GoneError(AlreadyDone):
    """Slack has no such file, or not any more."""


class FileTransfer:
    """Moves files. Every method raises ``DeliveryFailure``; what is wrong with one file alone is ``AlreadyDone``.

    Args:
        client: no retry handlers: a dropped answer must reach the caller, who alone knows what follows.
        http: downloads and uploads the bytes.
    """

    def __init__(self, client: AsyncWebClient, http: aiohttp.ClientSession) -> None:
        self._client = client
        self._http = http

    async def info(self, slack_file_id: str) -> Mapping[str, Any] | None:
        """Return what Slack tells of a file; None: there is no such file (any more)."""
        try:
            with _named_failures():
                found: Mapping[str, Any] = (await self._client.files_info(file=slack_file_id))["file"]
        except GoneError:
            return None
        return None if found.get("mode") == "tombstone" else found

    async def given(self, slack_file_id: str, said_in: str | None) -> Mapping[str, Any] | None:
        """As ``info``, of a file that somebody gave in a thread of this channel; None: not in a thread.

        Slack tells of what stands where the bot is not as of what does not exist: that waits until it is back.
        """
        found = await self.info(slack_file_id)
        if found is None and said_in is not None:
            await self._expect_to_be_in(said_in)
        return found

    async def _expect_to_be_in(self, channel_id: str) -> None:
        with _named_failures():
            shown: Mapping[str, Any] = (await self._client.conversations_info(channel=channel_id))["channel"]
        # A direct message has no members.
        if shown.get("is_member") is False:
            raise GiveUp(f"{SLACK_REFUSES}not_in_channel")

    def check(self, found: Mapping[str, Any]) -> None:
        """Raise ``AlreadyDone`` where the bytes of a file are not to be had, or too many."""
        self._address(found)

    async def repeat(self, found: Mapping[str, Any], name: str) -> str:
        """Upload what is downloaded, as it comes; returns the new file's id. Nobody sees it before it is shared."""
        url = self._address(found)
        headers = {"Authorization": f"Bearer {self._client.token}", "Accept-Encoding": "identity"}
        with _named_failures():
            async with self._http.get(url, headers=headers) as source:
                length = _checked_length(source, found)
                upload = await self._client.files_getUploadURLExternal(filename=name, length=length)
                sent = {"Content-Length": str(length), "Content-Type": "application/octet-stream"}
                content = _chunks(source, length)
                async with self._http.post(str(upload["upload_url"]), data=content, headers=sent) as answer:
                    _refuse_status(answer)
        return str(upload["file_id"])

    async def put(self, found: Mapping[str, Any], url: str, headers: Mapping[str, str]) -> None:
        """Bring what is downloaded, as it comes, to a storage that is none of Slack's, with exactly these headers.

        Raises:
            GiveUp: the storage refuses it: its address was signed for these headers, and something changed them.
        """
        source_url = self._address(found)
        asked = {"Authorization": f"Bearer {self._client.token}", "Accept-Encoding": "identity"}
        with _named_failures():
            async with self._http.get(source_url, headers=asked) as source:
                length = _checked_length(source, found)
                sent = {**headers, "Content-Length": str(length)}
                content = _chunks(source, length)
                async with self._http.put(url, data=content, headers=sent) as answer:
                    _refuse_put(answer)

    async def share(self, slack_file_id: str, name: str, channel_id: str, thread_ts: str) -> None:
        """Let an uploaded file stand in a thread. Without an answer, it may or may not come to stand there."""
        with _named_failures():
            await self._client.files_completeUploadExternal(
                files=[{"id": slack_file_id, "title": name}], channel_id=channel_id, thread_ts=thread_ts
            )

    async def delete(self, slack_file_id: str) -> None:
        """Take a file of ours out of every message; one that is gone already is no failure."""
        with contextlib.suppress(GoneError), _named_failures(skip=False):
            await self._client.files_delete(file=slack_file_id)

    def _address(self, found: Mapping[str, Any]) -> str:
        """Return where a file's bytes are.

        Raises:
            AlreadyDone: not with Slack, or not for us. Our token goes to no other host.
        """
        url, size = str(found.get("url_private_download") or found.get("url_private") or ""), found.get("size")
        host, api_host = urlsplit(url).hostname or "", urlsplit(self._client.base_url).hostname or ""
        if found.get("is_external") or not (host == api_host or host.endswith(f".{api_host}")):
            raise AlreadyDone("the file is not kept in Slack")
        _refuse_size(size if isinstance(size, int) else 0)
        return url


def shares(found: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Return the channels in which a file stands, with its message in each, as ``files.info`` tells of them."""
    kinds: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]] = found.get("shares") or {}
    for channels in kinds.values():
        for channel_id, messages in channels.items():
            for message in messages or ():
                yield channel_id, message


@contextlib.contextmanager
def _named_failures(*, skip: bool = True) -> Iterator[None]:
    """Turn what the clients raise into a ``DeliveryFailure``.

    ``skip``: what is refused for one file alone is done with.
    """
    try:
        yield
    except SlackApiError as error:
        raise _refusal(error, skip=skip) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise slack_failure(error) from error


def _refusal(error: SlackApiError, *, skip: bool) -> DeliveryFailure:
    failure, code = slack_failure(error), code_of(error)
    if code in _GONE:
        return GoneError(f"Slack has no such file: {code}")
    if skip and isinstance(failure, GiveUp) and code not in _MENDABLE:
        return AlreadyDone(f"Slack refuses the file: {code}")
    return failure


def _refuse_size(size: int) -> None:
    if size > SIZE_LIMIT:
        raise AlreadyDone("the file is too large to be repeated")
    if size <= 0:
        raise AlreadyDone("the file is empty")


def _checked_length(source: aiohttp.ClientResponse, found: Mapping[str, Any]) -> int:
    """Return how many bytes come.

    Raises:
        DeliveryFailure: others than the file's. To whoever may not have a file, Slack sends its page for signing
            in, with status 200 (reference: Slack, files).
    """
    _refuse_status(source)
    length = source.content_length
    is_page = source.content_type == "text/html"
    if is_page and (found.get("mimetype") != "text/html" or length != found.get("size")):
        raise AlreadyDone("Slack does not let us have the file")
    expected = int(found["size"]) if length is None else length
    _refuse_size(expected)
    return expected


def _refuse_status(answer: aiohttp.ClientResponse) -> None:
    status = answer.status
    if status == _HTTP_OK:
        return
    if status == _HTTP_TOO_MANY:
        seconds = answer.headers.get("Retry-After", "")
        raise RetryAfter("Slack asks to wait", float(seconds) if seconds.isdigit() else SLACK_PAUSE_SECONDS)
    if status >= _HTTP_SERVER_ERROR or answer.method == "POST":
        # An address for an upload is good for one: the next try asks for another.
        raise NotSent(f"Slack answered {status} to a file")
    raise AlreadyDone(f"Slack does not let us have the file: {status}")


def _refuse_put(answer: aiohttp.ClientResponse) -> None:
    if answer.status == _HTTP_FORBIDDEN:
        raise GiveUp(f"{LINEAR_REFUSES}{HEADER_DROPPED}")
    if answer.status >= _HTTP_BAD_REQUEST:
        # An address is good for a while only: the next try asks for another.
        raise NotSent(f"Linear's storage answered {answer.status} to a file")


async def _chunks(source: aiohttp.ClientResponse, length: int) -> AsyncIterator[bytes]:
    passed = 0
    async for chunk in source.content.iter_chunked(CHUNK_BYTES):
        passed += len(chunk)
        yield chunk
    if passed != length:
        raise aiohttp.ClientPayloadError(f"{length} bytes were promised, {passed} came")
