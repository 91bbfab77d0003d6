"""The bytes of files, as an app fetches them."""

import aiohttp
import pytest

from sandbox.faults import Fault
from sandbox.slack.file_doors import LOGIN_PAGE
from sandbox.slack.file_kinds import kind_of
from tests.sandbox.slack.office import PICTURE, Office, fetch, posted

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_bytes_come_as_they_are_with_their_type_and_length(office: Office) -> None:
    file = await posted(office)
    info = (await office.web.files_info(file=file.id))["file"]
    header = {"Authorization": f"Bearer {office.app.bot_token}"}
    for address, saved in ((info["url_private"], False), (info["url_private_download"], True)):
        async with office.session.get(address, headers=header) as answer:
            assert await answer.read() == PICTURE[1]
            assert (answer.headers["Content-Type"], answer.headers["Content-Length"]) == ("image/png", "13")
            assert ("attachment" in answer.headers.get("Content-Disposition", "")) is saved


async def test_without_a_good_token_there_is_a_login_page(office: Office) -> None:
    file = await posted(office)
    blind = office.slack.install_app(office.acme, scopes=["chat:write"])
    office.slack.invite(office.support, blind.bot_user)
    gone = office.slack.install_app(office.acme)
    office.slack.uninstall_app(gone)
    for token in (None, "xoxb-nobody", blind.bot_token, gone.bot_token):
        status, kind, content = await fetch(office, file, token)
        assert (status, kind, content) == (200, "text/html; charset=utf-8", LOGIN_PAGE.encode())
    errors = [call.error for call in office.slack.calls_of("url_private")]
    assert errors == ["invalid_auth", "invalid_auth", "missing_scope", "token_revoked"]


async def test_a_download_may_be_cut_off(office: Office) -> None:
    file = await posted(office)
    # Two, since aiohttp asks once more by itself when a GET has lost its connection.
    office.faults.plant("url_private", Fault(drop=True), Fault(drop=True, commit=True))
    with pytest.raises(aiohttp.ClientConnectionError):
        await fetch(office, file, office.app.bot_token)
    assert [call.ok for call in office.slack.calls_of("url_private")] == [None, True]
    assert (await fetch(office, file, office.app.bot_token))[2] == PICTURE[1]


async def test_names_of_any_kind_make_addresses(office: Office) -> None:
    person = office.slack.as_user(office.ann)
    message = await person.post(office.support, "", files=[("où / été?.tar.gz", b"x")])
    info = (await office.web.files_info(file=message.files[0].id))["file"]
    assert (info["name"], info["mimetype"], info["filetype"]) == ("où / été?.tar.gz", "application/gzip", "gz")
    header = {"Authorization": f"Bearer {office.app.bot_token}"}
    for address in (info["url_private"], info["url_private_download"]):
        async with office.session.get(address, headers=header) as answer:
            assert await answer.read() == b"x"


async def test_a_file_of_unknown_kind_is_binary(office: Office) -> None:
    del office
    assert [kind_of(name).filetype for name in ("a.JPEG", "notes.md", "core", "x.qqq")] == [
        "jpg",
        "markdown",
        "binary",
        "binary",
    ]
    assert kind_of("core").mimetype == "application/octet-stream"
