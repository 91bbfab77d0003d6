"""Files: an address to PUT one to, the storage behind it, and the asset that comes of it."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.faults import ConnectionDroppedError, Faults
from sandbox.linear.access import Actor
from sandbox.linear.credentials import Credentials
from sandbox.linear.errors import LinearError, invalid_argument, refused_input
from sandbox.linear.model import Organization
from sandbox.linear.world import World
from sandbox.serving import cut

CACHE_CONTROL = "public, max-age=31536000"
# How long the address is good. Linear does not say.
UPLOAD_SECONDS = 900
UPLOAD_FAULT = "upload"


@dataclass(kw_only=True, repr=False)
class Upload:
    """One file, whether it has arrived (``content``) or only been announced (None).

    Args:
        asset_url: what stands in Markdown or as an attachment's address.
        public: it is served to everyone.
        until: when the address to PUT it to ends, seconds since the epoch.
    """

    id: str
    organization: Organization
    filename: str
    content_type: str
    size: int
    asset_url: str
    upload_url: str
    signature: str
    until: float
    headers: list[dict[str, str]]
    public: bool = False
    meta_data: Any = None
    content: bytes | None = field(default=None)


class Uploads:
    """Announces files, takes them and serves them.

    Args:
        world: its clock ends addresses.
        credentials: who may read.
        faults: what a PUT meets, by the name ``upload``.
        ring: called when a file has arrived.
    """

    def __init__(self, world: World, credentials: Credentials, faults: Faults, ring: Callable[[], None]) -> None:
        self._world = world
        self._credentials = credentials
        self._faults = faults
        self._ring = ring
        self.held: dict[str, Upload] = {}
        self.routes = [
            Route("/upload/{id}", self._put, methods=["PUT"]),
            Route("/asset/{id}/{filename}", self._get, methods=["GET"]),
        ]

    def announce(self, actor: Actor, base_url: str, given: dict[str, Any]) -> Upload:
        """Carry out ``fileUpload``.

        Args:
            actor: who asks.
            base_url: where this Linear is served, without a slash at its end.
            given: the mutation's arguments.

        Raises:
            LinearError: the size is none, or the workspace does not take files of that type.
        """
        organization = actor.user.organization
        content_type, filename, size = given["contentType"], given["filename"], given["size"]
        allowed = organization.allowed_file_upload_content_types
        if allowed is not None and content_type not in allowed:
            raise refused_input(f"Files of type {content_type} are not allowed in this workspace.")
        if size <= 0 or not filename.strip():
            raise invalid_argument("filename and size must be those of a file.")
        upload_id, signature = self._world.new_id(), self._world.random_text(32)
        upload = Upload(
            id=upload_id,
            organization=organization,
            filename=filename,
            content_type=content_type,
            size=size,
            asset_url=f"{base_url}/asset/{upload_id}/{quote(filename, safe='')}",
            upload_url=f"{base_url}/upload/{upload_id}?X-Goog-Signature={signature}",
            signature=signature,
            until=self._world.now() + UPLOAD_SECONDS,
            headers=[
                {"key": "x-goog-content-length-range", "value": f"{size},{size}"},
                {"key": "Content-Disposition", "value": f"attachment; filename*=UTF-8''{quote(filename, safe='')}"},
            ],
            public=bool(given.get("makePublic")),
            meta_data=given.get("metaData"),
        )
        self.held[upload.id] = upload
        return upload

    async def _put(self, request: Request) -> Response:
        fault = self._faults.take(UPLOAD_FAULT)
        try:
            stand_in = await self._faults.before(fault)
            if stand_in is None:
                response = self._store(request, await request.body())
                self._ring()
                stand_in = await self._faults.after(fault)
        except ConnectionDroppedError:
            cut(request.scope)
            return Response()
        if stand_in is not None:
            return Response(stand_in.body, stand_in.status, stand_in.headers, stand_in.content_type)
        return response

    def _store(self, request: Request, body: bytes) -> Response:
        upload = self.held.get(request.path_params["id"])
        signature = request.query_params.get("X-Goog-Signature", "")
        if upload is None or not hmac.compare_digest(signature.encode(), upload.signature.encode()):
            return _refusal(403, "SignatureDoesNotMatch")
        if upload.until < self._world.now():
            return _refusal(400, "ExpiredToken")
        wanted = {one["key"]: one["value"] for one in upload.headers}
        wanted |= {"Content-Type": upload.content_type, "Cache-Control": CACHE_CONTROL}
        if any(request.headers.get(name) != value for name, value in wanted.items()):
            # The signature covers them all [D].
            return _refusal(403, "SignatureDoesNotMatch")
        if len(body) != upload.size:
            return _refusal(400, "EntityTooLarge" if len(body) > upload.size else "EntityTooSmall")
        upload.content = body
        return Response(status_code=200)

    async def _get(self, request: Request) -> Response:
        upload = self.held.get(request.path_params["id"])
        if upload is None or upload.content is None:
            return Response(status_code=404)
        if not upload.public and not self._may_read(request, upload):
            return Response(status_code=401)
        return Response(upload.content, 200, {"Cache-Control": CACHE_CONTROL}, upload.content_type)

    def _may_read(self, request: Request, upload: Upload) -> bool:
        try:
            credential = self._credentials.of(request.headers.get("Authorization"))
        except LinearError:
            return False
        return credential.user.organization is upload.organization


def _refusal(status: int, code: str) -> Response:
    return Response(
        f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>", status, media_type="application/xml"
    )
