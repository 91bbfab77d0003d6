"""Files that people attach and post, and what an app can learn of them."""

import pytest

from sandbox.slack import PersonError, reading
from sandbox.slack.file_doors import LOGIN_PAGE
from sandbox.slack.forms import MAX_FILE_BYTES, REQUIRED
from tests.sandbox.slack.office import (
    PICTURE,
    Json,
    Office,
    an_input,
    fetch,
    modal,
    opened,
    posted,
    text_input,
    top,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


def file_input(**limits: object) -> Json:
    return an_input("Files", {"type": "file_input", **limits}, optional=True)


async def test_attached_files_come_with_the_submission(office: Office) -> None:
    person = await opened(office, modal(text_input("Title"), file_input()))
    person.fill("Title", "x")
    (first,) = person.attach("Files", PICTURE)
    person.attach("Files", ("log.txt", b"two\nlines"))
    assert person.value("Files") == ["shot.png", "log.txt"]
    assert "Files (optional): ['shot.png', 'log.txt']" in office.slack.as_text(top(person.modal))
    assert (await person.submit()).closed
    (payload,) = office.tiny.of("view_submission")
    state = payload["view"]["state"]["values"]["files"]["files"]
    assert state["type"] == "file_input"
    attached, shown = state["files"]
    assert (attached["id"], attached["name"]) == (first.id, "shot.png")
    facts = ("name", "title", "mimetype", "filetype", "size", "user", "mode", "is_public", "created")
    assert {name: shown[name] for name in facts} == {
        "name": "log.txt",
        "title": "log.txt",
        "mimetype": "text/plain",
        "filetype": "text",
        "size": 9,
        "user": office.ann.id,
        "mode": "hosted",
        "is_public": False,
        "created": 1_800_000_000,
    }


async def test_a_file_input_that_nobody_touched_is_an_empty_list(office: Office) -> None:
    person = await opened(office, modal(file_input()))
    assert (await person.submit()).closed
    (payload,) = office.tiny.of("view_submission")
    assert payload["view"]["state"]["values"]["files"]["files"] == {"type": "file_input", "files": []}


async def test_a_required_file_input_wants_a_file_and_can_be_emptied(office: Office) -> None:
    person = await opened(office, modal(an_input("Files", {"type": "file_input"})))
    assert (await person.submit()).errors == {"Files": REQUIRED}
    person.attach("Files", PICTURE)
    person.attach("Files")
    assert (await person.submit()).errors == {"Files": REQUIRED}
    person.attach("Files", PICTURE)
    assert (await person.submit()).closed


async def test_an_attached_file_is_shared_with_nobody_but_the_app_reads_it(office: Office) -> None:
    other = office.slack.install_app(office.acme)
    person = await opened(office, modal(file_input()))
    (file,) = person.attach("Files", PICTURE)
    info = (await office.web.files_info(file=file.id))["file"]
    assert (info["channels"], info["groups"], info["ims"], info["shares"]) == ([], [], [], {})
    assert await fetch(office, file, office.app.bot_token) == (200, "image/png", PICTURE[1])
    assert await fetch(office, file, other.bot_token) == (200, "text/html; charset=utf-8", LOGIN_PAGE.encode())
    office.web = office.client(other.bot_token)
    assert (await office.refused("files.info", file=file.id))["error"] == "file_not_found"
    assert office.slack.messages(office.support) == []


TOO_MUCH: list[tuple[Json, list[tuple[str, bytes]], str]] = [
    ({"max_files": 1}, [PICTURE, PICTURE], "1 files at most"),
    ({}, [PICTURE] * 11, "10 files at most"),
    ({"filetypes": ["pdf", "txt"]}, [PICTURE], "not one of the file types: pdf, txt"),
    ({"filetypes": ["pdf"]}, [("README", b"x")], "not one of the file types"),
    ({}, [("big.bin", b"x" * (MAX_FILE_BYTES + 1))], "larger than 10 MB"),
]


@pytest.mark.parametrize(("limits", "picked", "sentence"), TOO_MUCH, ids=[row[2] for row in TOO_MUCH])
async def test_the_client_refuses_what_a_file_input_does_not_take(
    office: Office, limits: Json, picked: list[tuple[str, bytes]], sentence: str
) -> None:
    person = await opened(office, modal(file_input(**limits)))
    with pytest.raises(PersonError, match=sentence):
        person.attach("Files", *picked)
    assert person.value("Files") == []
    assert len(person.attach("Files", *picked, anyway=True)) == len(picked)


async def test_files_are_counted_with_those_attached_before(office: Office) -> None:
    person = await opened(office, modal(file_input(max_files=2, filetypes=["png"])))
    person.attach("Files", PICTURE, ("SECOND.PNG", b"x"))
    with pytest.raises(PersonError, match="2 files at most"):
        person.attach("Files", PICTURE)


async def test_files_are_attached_and_nothing_else_is(office: Office) -> None:
    person = await opened(office, modal(text_input("Title"), file_input()))
    with pytest.raises(PersonError, match="takes no files"):
        person.attach("Title", PICTURE)
    with pytest.raises(PersonError, match="use attach"):
        person.choose("Files", "shot.png")
    with pytest.raises(PersonError, match="use choose"):
        person.fill("Files", "shot.png")


async def test_a_file_input_needs_the_scope_to_read_files(office: Office) -> None:
    blind = office.slack.install_app(office.acme, scopes=["commands"], commands=["/blind"])
    blind.request_url = office.app.request_url
    await office.slack.as_user(office.ann).slash(office.support, "/blind")
    trigger = office.tiny.of("command")[-1]["trigger_id"]
    office.web = office.client(blind.bot_token)
    refused = await office.refused("views.open", trigger_id=trigger, view=modal(file_input()))
    assert (refused["error"], refused["needed"]) == ("missing_scope", "files:read")


async def test_a_post_with_a_file_is_told_twice(office: Office) -> None:
    person = office.slack.as_user(office.ann)
    message = await person.post(office.support, "look", files=[PICTURE])
    await office.slack.quiet()
    (said,), (shared,) = office.tiny.of("message"), office.tiny.of("file_shared")
    event, (file,) = said["event"], message.files
    assert (event["subtype"], event["text"], event["upload"]) == ("file_share", "look", True)
    (shown,) = event["files"]
    assert (shown["id"], shown["name"], shown["size"], shown["is_public"]) == (file.id, "shot.png", 13, True)
    assert shown["url_private"].startswith(f"{office.slack.base_url}/files-pri/{office.acme.id}-{file.id}/")
    assert "shares" not in shown
    assert {name: value for name, value in shared["event"].items() if name != "event_ts"} == {
        "type": "file_shared",
        "file_id": file.id,
        "file": {"id": file.id},
        "user_id": office.ann.id,
        "channel_id": office.support.id,
    }


async def test_a_file_can_be_posted_without_a_word_and_in_a_thread(office: Office) -> None:
    parent = await office.post("above")
    reply = await office.slack.as_user(office.ann).post(office.support, "", thread=parent, files=[PICTURE])
    await office.slack.quiet()
    event = office.tiny.of("message")[-1]["event"]
    assert (event["text"], event["thread_ts"], event["subtype"]) == ("", parent.ts, "file_share")
    assert "blocks" not in event
    (share,) = (await office.web.files_info(file=reply.files[0].id))["file"]["shares"]["public"][office.support.id]
    assert (share["ts"], share["thread_ts"]) == (reply.ts, parent.ts)


async def test_a_shared_channels_event_says_only_to_look_the_file_up(office: Office) -> None:
    message = await office.slack.as_user(office.zoe).post(office.connect, "look", files=[PICTURE])
    await office.slack.quiet()
    (file,) = message.files
    stub = {"id": file.id, "mode": "file_access", "file_access": "check_file_info"}
    assert office.tiny.of("message")[0]["event"]["files"] == [stub]
    info = (await office.web.files_info(file=file.id))["file"]
    assert (info["name"], info["user_team"]) == ("shot.png", office.globex.id)
    assert (await fetch(office, file, office.app.bot_token))[2] == PICTURE[1]


async def test_files_info_says_where_a_file_stands(office: Office) -> None:
    office.slack.invite(office.secret, office.app.bot_user)
    person = office.slack.as_user(office.ann)
    public = await posted(office)
    private = await posted(office, office.secret)
    direct = await posted(office, person.direct_channel())
    shown = [(await office.web.files_info(file=file.id))["file"] for file in (public, private, direct)]
    assert [file["channels"] for file in shown] == [[office.support.id], [], []]
    assert [file["groups"] for file in shown] == [[], [office.secret.id], []]
    assert [file["ims"] for file in shown] == [[], [], [person.direct_channel().id]]
    assert [list(file["shares"]) for file in shown] == [["public"], ["private"], ["private"]]
    assert [file["is_public"] for file in shown] == [True, False, False]
    assert shown[0]["permalink"] == f"https://acme.slack.com/files/{office.ann.id}/{public.id}/shot.png"


async def test_a_file_is_found_only_where_the_bot_is(office: Office) -> None:
    hidden = await posted(office, office.lounge)
    assert (await office.refused("files.info", file=hidden.id))["error"] == "file_not_found"
    assert (await office.refused("files.info", file="F0"))["error"] == "file_not_found"
    assert (await fetch(office, hidden, office.app.bot_token))[2] == LOGIN_PAGE.encode()


async def test_a_file_of_a_deleted_message_is_shared_no_more(office: Office) -> None:
    file = await posted(office)
    await office.slack.as_user(office.ann).delete(office.slack.messages(office.support)[0])
    assert (await office.refused("files.info", file=file.id))["error"] == "file_not_found"


async def test_a_deleted_file_leaves_a_tombstone(office: Office) -> None:
    file = await posted(office)
    await office.slack.as_user(office.ann).delete_file(file)
    await office.slack.quiet()
    assert (await office.refused("files.info", file=file.id))["error"] == "file_deleted"
    assert (await fetch(office, file, office.app.bot_token))[0] == 404
    changed = office.tiny.of("message")[-1]["event"]
    assert changed["subtype"] == "message_changed"
    assert changed["previous_message"]["files"][0]["name"] == "shot.png"
    assert changed["message"]["files"] == [{"id": file.id, "mode": "tombstone"}]
    (gone,) = office.tiny.of("file_deleted")
    assert (gone["event"]["file_id"], gone["event"]["channel_ids"]) == (file.id, [office.support.id])
    assert reading.as_text(office.slack.messages(office.support)[0]) == "look\n[file: deleted]"


async def test_people_delete_their_own_files_and_admins_any(office: Office) -> None:
    file = await posted(office)
    with pytest.raises(PersonError, match="cannot delete"):
        await office.slack.as_user(office.ben).delete_file(file)
    await office.slack.as_user(office.ada).delete_file(file)
    assert file.deleted
    with pytest.raises(PersonError, match="cannot delete"):
        await office.slack.as_user(office.ann).delete_file(file)


async def test_files_stand_below_the_text_of_a_message(office: Office) -> None:
    person = office.slack.as_user(office.ann)
    both = await person.post(office.support, "look", files=[PICTURE, ("a", b"x")])
    alone = await person.post(office.support, "", files=[PICTURE])
    assert office.slack.as_text(both) == "look\n[file: shot.png, 13 bytes]\n[file: a, 1 byte]"
    assert office.slack.as_text(alone) == "[file: shot.png, 13 bytes]"


async def test_the_state_shows_files_without_their_bytes(office: Office) -> None:
    file = await posted(office)
    async with office.session.get(f"{office.slack.base_url}/_/state") as answer:
        state = await answer.json()
    assert [(shown["id"], shown["size"]) for shown in state["files"]] == [(file.id, 13)]
    support = next(channel for channel in state["channels"] if channel["name"] == "support")
    assert [shown["name"] for shown in support["messages"][0]["files"]] == ["shot.png"]
    assert "PNG and more" not in str(state)
