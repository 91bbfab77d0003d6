"""Files: announced, sent, and read again."""

from typing import Any

import httpx
import pytest

from sandbox.faults import Fault, broken_answer
from tests.sandbox.linear.bench import Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILE_UPLOAD = """
mutation FileUpload($contentType: String!, $filename: String!, $size: Int!, $makePublic: Boolean) {
  fileUpload(contentType: $contentType, filename: $filename, size: $size, makePublic: $makePublic) {
    success
    uploadFile { uploadUrl assetUrl filename contentType size headers { key value } }
  }
}
"""
CONTENT = b"id;name\n1;Ada\n"


async def _announced(bench: Bench, **more: Any) -> Any:
    sent = {"contentType": "text/csv", "filename": "export 1.csv", "size": len(CONTENT), **more}
    return (await bench.data(FILE_UPLOAD, sent))["uploadFile"]


def _headers(upload: Any) -> dict[str, str]:
    returned = {one["key"]: one["value"] for one in upload["headers"]}
    return {**returned, "Content-Type": "text/csv", "Cache-Control": "public, max-age=31536000"}


async def _put(bench: Bench, upload: Any, headers: dict[str, str], content: bytes = CONTENT) -> httpx.Response:
    return await bench.http.put(upload["uploadUrl"], content=content, headers=headers)


async def test_a_file_takes_three_steps(bench: Bench) -> None:
    upload = await _announced(bench)
    assert (upload["filename"], upload["contentType"], upload["size"]) == ("export 1.csv", "text/csv", 14)
    assert (await bench.http.get(upload["assetUrl"])).status_code == 404
    assert (await _put(bench, upload, _headers(upload))).status_code == 200
    (file,) = bench.linear.files
    assert (file.content, file.asset_url) == (CONTENT, upload["assetUrl"])
    read = await bench.http.get(upload["assetUrl"], headers={"Authorization": bench.key})
    assert (read.content, read.headers["Content-Type"].split(";")[0]) == (CONTENT, "text/csv")


async def test_every_header_is_demanded(bench: Bench) -> None:
    upload = await _announced(bench)
    headers = _headers(upload)
    assert len(headers) == 4
    for name in headers:
        without = {key: value for key, value in headers.items() if key != name}
        assert (await _put(bench, upload, without)).status_code == 403, name
        assert (await _put(bench, upload, {**headers, name: "x"})).status_code == 403, name
    assert bench.linear.files[0].content is None


async def test_a_wrong_size_address_or_time_is_refused(bench: Bench) -> None:
    upload = await _announced(bench)
    for content in (CONTENT[1:], CONTENT + b"!"):
        assert (await _put(bench, upload, _headers(upload), content)).status_code == 400
    unsigned = {**upload, "uploadUrl": upload["uploadUrl"].split("?")[0]}
    assert (await _put(bench, unsigned, _headers(upload))).status_code == 403
    bench.clock.move(901)
    assert (await _put(bench, upload, _headers(upload))).status_code == 400


async def test_a_file_is_read_by_its_workspace_or_by_all(bench: Bench) -> None:
    rival = bench.linear.add_organization("Rival", "rival")
    eve = bench.linear.add_api_key(bench.linear.add_user(rival, "Eve", "eve@rival.example"))
    app = bench.linear.add_user(bench.vendor, "Bot", "bot@oauthapp.linear.app", app=True)
    bearer = f"Bearer {bench.linear.add_oauth_token(app)}"
    upload = await _announced(bench)
    await _put(bench, upload, _headers(upload))
    for authorization, status in ((eve, 401), ("", 401), (bearer, 200)):
        headers = {"Authorization": authorization} if authorization else {}
        assert (await bench.http.get(upload["assetUrl"], headers=headers)).status_code == status
    public = await _announced(bench, makePublic=True)
    await _put(bench, public, _headers(public))
    assert (await bench.http.get(public["assetUrl"])).status_code == 200


async def test_a_workspace_may_allow_few_types(bench: Bench) -> None:
    bench.vendor.allowed_file_upload_content_types = ["image/png"]
    query = "{ organization { allowedFileUploadContentTypes } }"
    assert await bench.data(query) == {"allowedFileUploadContentTypes": ["image/png"]}
    sent = {"contentType": "text/csv", "filename": "a.csv", "size": 1}
    assert (await bench.error(FILE_UPLOAD, sent))["extensions"]["code"] == "INPUT_ERROR"
    await _announced(bench, contentType="image/png")
    error = await bench.error(FILE_UPLOAD, {**sent, "contentType": "image/png", "size": 0})
    assert error["extensions"]["code"] == "INVALID_INPUT"


async def test_the_storage_has_bad_weather_too(bench: Bench) -> None:
    upload = await _announced(bench)
    bench.linear.faults.plant("upload", Fault(answer=broken_answer(503)), Fault(drop=True, commit=True))
    assert (await _put(bench, upload, _headers(upload))).status_code == 503
    assert bench.linear.files[0].content is None
    with pytest.raises(httpx.TransportError):
        await _put(bench, upload, _headers(upload))
    assert bench.linear.files[0].content == CONTENT
