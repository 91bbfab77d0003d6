"""Files that an app uploads: the address, the bytes, and the share that completes it."""

import json
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from sandbox.faults import Answer, Fault, slack_rate_limit
from tests.sandbox.slack.office import Json, Office, posted, section

pytestmark = pytest.mark.asyncio(loop_scope="module")
CONTENT = b"id,title\n1,x\n"


async def begun(office: Office, name: str = "issues.csv") -> Json:
    """What ``files.getUploadURLExternal`` answers."""
    answer = await office.web.files_getUploadURLExternal(filename=name, length=len(CONTENT))
    assert isinstance(answer.data, dict)
    return answer.data


async def sent(office: Office, url: str, content: bytes = CONTENT) -> tuple[int, str]:
    async with office.session.post(url, data=content) as answer:
        return answer.status, await answer.text()


async def uploaded(office: Office, name: str = "issues.csv") -> str:
    """The id of a file whose bytes have come."""
    upload = await begun(office, name)
    assert await sent(office, upload["upload_url"]) == (200, f"OK - {len(CONTENT)}")
    return str(upload["file_id"])


async def completed(office: Office, *ids: str, **more: str) -> Json:
    return await office.call("files.completeUploadExternal", files=[{"id": one} for one in ids], **more)


async def test_three_steps_make_a_message_of_the_bot(office: Office) -> None:
    file_id = await uploaded(office)
    answer = await office.call(
        "files.completeUploadExternal",
        files=[{"id": file_id, "title": "All issues"}],
        channel_id=office.support.id,
        initial_comment="Here they are",
    )
    assert answer["files"] == [{"id": file_id, "title": "All issues"}]
    (message,) = office.slack.messages(office.support)
    assert (message.user, message.text, message.subtype) == (office.app.bot_user, "Here they are", "file_share")
    assert office.slack.as_text(message) == "Here they are\n[file: All issues, 13 bytes]"
    info = (await office.web.files_info(file=file_id))["file"]
    assert [share["ts"] for share in info["shares"]["public"][office.support.id]] == [message.ts]
    assert (info["name"], info["mimetype"], info["user"]) == ("issues.csv", "text/csv", office.app.bot_user.id)
    await office.slack.quiet()
    event = office.tiny.of("message")[0]["event"]
    assert (event["bot_id"], event["files"][0]["id"]) == (office.app.bot_id, file_id)
    assert office.tiny.of("file_shared")[0]["event"]["user_id"] == office.app.bot_user.id


async def test_the_sdks_upload_goes_through_in_one_call(office: Office) -> None:
    parent = await office.post("above")
    files = [{"filename": name, "content": CONTENT.decode()} for name in ("a.csv", "b.csv")]
    await office.web.files_upload_v2(file_uploads=files, channel=office.support.id, thread_ts=parent.ts)
    (reply,) = office.slack.replies(parent)
    assert [(file.name, file.content) for file in reply.files] == [("a.csv", CONTENT), ("b.csv", CONTENT)]


async def test_the_bytes_may_come_as_a_form_and_can_be_fetched_back(office: Office) -> None:
    upload = await begun(office)
    form = aiohttp.FormData()
    form.add_field("filename", CONTENT, filename="issues.csv")
    async with office.session.post(upload["upload_url"], data=form) as answer:
        assert (answer.status, await answer.text()) == (200, f"OK - {len(CONTENT)}")
    await completed(office, upload["file_id"])
    info = (await office.web.files_info(file=upload["file_id"]))["file"]
    header = {"Authorization": f"Bearer {office.app.bot_token}"}
    async with office.session.get(info["url_private"], headers=header) as answer:
        assert await answer.read() == CONTENT


async def test_without_a_channel_a_file_is_the_bots_alone(office: Office) -> None:
    file_id = await uploaded(office)
    await completed(office, file_id)
    assert (await office.web.files_info(file=file_id))["file"]["shares"] == {}
    assert office.slack.messages(office.support) == []


async def test_several_channels_and_people_get_one_message_each(office: Office) -> None:
    await completed(office, await uploaded(office), channels=f"{office.support.id},{office.ann.id}")
    direct = await office.slack.as_user(office.ann).direct_messages()
    for message in (*office.slack.messages(office.support), *direct):
        assert [file.name for file in message.files] == ["issues.csv"]
    assert len(direct) == 1


async def test_blocks_stand_in_for_a_comment(office: Office) -> None:
    blocks = json.dumps([section("Here")])
    await completed(office, await uploaded(office), channel_id=office.support.id, blocks=blocks)
    text = office.slack.as_text(office.slack.messages(office.support)[0])
    assert text == "Here\n[file: issues.csv, 13 bytes]"


async def test_a_share_may_be_seen_later_than_the_answer(office: Office) -> None:
    office.slack.hold_shares()
    file_id = await uploaded(office)
    await completed(office, file_id, channel_id=office.support.id)
    assert (await office.web.files_info(file=file_id))["file"]["shares"] == {}
    assert office.slack.messages(office.support) == []
    office.slack.release_shares()
    assert len(office.slack.messages(office.support)) == 1
    await completed(office, await uploaded(office), channel_id=office.support.id)
    assert len(office.slack.messages(office.support)) == 2


WHERE: list[tuple[str, Callable[[Office], Json]]] = [
    ("channel_not_found", lambda _office: {"channel_id": "C0"}),
    ("channel_not_found", lambda office: {"channel_id": office.secret.id}),
    ("channel_not_found", lambda office: {"channel_id": office.ann.id}),
    ("channel_not_found", lambda office: {"channels": f"{office.support.id},C0"}),
    ("channels_limit_exceeded", lambda _office: {"channels": ",".join(["C0"] * 101)}),
    ("not_in_channel", lambda office: {"channel_id": office.lounge.id}),
    ("posting_to_channel_denied", lambda office: {"channel_id": office.connect.id}),
    ("thread_not_found", lambda office: {"channel_id": office.support.id, "thread_ts": "1.0"}),
    ("invalid_blocks", lambda office: {"channel_id": office.support.id, "blocks": [section("")]}),
]


@pytest.mark.parametrize(("error", "where"), WHERE, ids=[f"{n}-{row[0]}" for n, row in enumerate(WHERE)])
async def test_a_refused_share_leaves_the_upload_to_be_tried_again(
    office: Office, error: str, where: Callable[[Office], Json]
) -> None:
    office.slack.archive(office.connect)
    file_id = await uploaded(office)
    refused = await office.refused("files.completeUploadExternal", files=[{"id": file_id}], **where(office))
    assert refused["error"] == error
    assert office.slack.messages(office.support) == []
    assert (await office.refused("files.info", file=file_id))["error"] == "file_not_found"
    await completed(office, file_id, channel_id=office.support.id)
    assert len(office.slack.messages(office.support)) == 1


async def test_only_bytes_that_came_can_be_completed_and_only_once(office: Office) -> None:
    nothing = await begun(office)
    wrong: dict[str, list[Any]] = {
        "file_not_found": [[{"id": nothing["file_id"]}], [{"id": "F0"}], [{}]],
        "invalid_arguments": [[], "F0", ["F0"]],
    }
    for error, lists in wrong.items():
        for files in lists:
            assert (await office.refused("files.completeUploadExternal", files=files))["error"] == error
    file_id = await uploaded(office)
    await completed(office, file_id, channel_id=office.support.id)
    again = await office.refused("files.completeUploadExternal", files=[{"id": file_id}])
    assert again["error"] == "file_not_found"
    assert len(office.slack.messages(office.support)) == 1


async def test_an_upload_belongs_to_who_began_it(office: Office) -> None:
    file_id = await uploaded(office)
    office.web = office.client(office.slack.install_app(office.acme).bot_token)
    refused = await office.refused("files.completeUploadExternal", files=[{"id": file_id}])
    assert refused["error"] == "file_not_found"


async def test_an_empty_file_cannot_be_uploaded(office: Office) -> None:
    for length in (0, None):
        refused = await office.refused("files.getUploadURLExternal", filename="a.txt", length=length)
        assert refused["error"] == "missing_argument"
    refused = await office.refused("files.getUploadURLExternal", length=1)
    assert refused["error"] == "invalid_arguments"


async def test_an_address_takes_as_many_bytes_as_were_promised(office: Office) -> None:
    upload = await begun(office)
    status, _ = await sent(office, upload["upload_url"], CONTENT + b"x")
    assert status == 400
    files = [{"id": upload["file_id"]}]
    assert (await office.refused("files.completeUploadExternal", files=files))["error"] == "file_not_found"
    assert (await sent(office, f"{office.slack.base_url}/upload/v1/nothing"))[0] == 404
    async with office.session.get(upload["upload_url"]) as answer:
        assert answer.status == 404


async def test_uploads_need_the_scope_to_write_files(office: Office) -> None:
    reader = office.slack.install_app(office.acme, scopes=["files:read"])
    office.web = office.client(reader.bot_token)
    for method in ("files.getUploadURLExternal", "files.completeUploadExternal", "files.delete"):
        refused = await office.refused(method, filename="a", length=1, files=[{}], file="F0")
        assert (refused["error"], refused["needed"]) == ("missing_scope", "files:write")


@pytest.mark.parametrize("commit", [True, False])
async def test_a_dropped_connection_may_hide_each_step(office: Office, *, commit: bool) -> None:
    for method in ("files.getUploadURLExternal", "upload_url", "files.completeUploadExternal"):
        office.faults.plant(method, Fault(drop=True, commit=commit))
    with pytest.raises(aiohttp.ClientConnectionError):
        await office.call("files.getUploadURLExternal", filename="a.csv", length=len(CONTENT))
    assert len(office.slack.world.uploads) == int(commit)
    upload = await begun(office)
    with pytest.raises(aiohttp.ClientConnectionError):
        await sent(office, upload["upload_url"])
    assert office.slack.calls_of("upload_url")[-1].ok is (True if commit else None)
    await sent(office, upload["upload_url"])
    with pytest.raises(aiohttp.ClientConnectionError):
        await completed(office, upload["file_id"], channel_id=office.support.id)
    assert len(office.slack.messages(office.support)) == int(commit)


async def test_a_wrong_answer_may_hide_that_a_share_was_made(office: Office) -> None:
    file_id = await uploaded(office)
    broken = Answer(500, "oops", {}, "text/plain")
    office.faults.plant("files.completeUploadExternal", Fault(answer=broken, commit=True))
    with pytest.raises(SlackApiError) as caught:
        await completed(office, file_id, channel_id=office.support.id)
    assert caught.value.response.status_code == 500
    assert len(office.slack.messages(office.support)) == 1


async def test_an_upload_may_be_told_to_wait(office: Office) -> None:
    upload = await begun(office)
    office.faults.plant("upload_url", Fault(answer=slack_rate_limit(3)))
    assert (await sent(office, upload["upload_url"]))[0] == 429
    assert (await sent(office, upload["upload_url"]))[0] == 200


async def test_a_bot_deletes_its_own_files_only(office: Office) -> None:
    theirs, own = await posted(office), await uploaded(office)
    await completed(office, own, channel_id=office.support.id)
    assert (await office.refused("files.delete", file=theirs.id))["error"] == "cant_delete_file"
    assert (await office.refused("files.delete", file="F0"))["error"] == "file_not_found"
    await office.call("files.delete", file=own)
    assert (await office.refused("files.delete", file=own))["error"] == "file_deleted"
    assert office.slack.as_text(office.slack.messages(office.support)[-1]) == "[file: deleted]"
    assert not theirs.deleted
    assert [file.id for file in office.slack.files] == [theirs.id, own]
