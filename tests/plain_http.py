"""An HTTP client for this machine's own programs, which speak no TLS."""

import ssl
from typing import Any

import httpx

# httpx would read all the authorities there are from the disk, for each client.
_UNUSED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def plain_http(**more: Any) -> httpx.AsyncClient:
    """Open a client; ``more`` is httpx's own."""
    return httpx.AsyncClient(verify=_UNUSED, trust_env=False, **more)
