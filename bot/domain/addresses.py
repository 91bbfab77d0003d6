"""Addresses of Linear issues, in the form that may be shown."""

from urllib.parse import urlsplit, urlunsplit


def short_address(url: str) -> str:
    """Return ``https://linear.app/acme/issue/ENG-12`` for the long address, which ends in the title's slug.

    The slug is made of the title in Linear, which may be internal: it is never stored and never shown.
    """
    parts = urlsplit(url)
    segments = parts.path.split("/")
    if "issue" in segments[2:]:
        # Not before: the first segment is the workspace's own name, which may be "issue" too.
        del segments[segments.index("issue", 2) + 2 :]
    return urlunsplit((parts.scheme, parts.netloc, "/".join(segments), "", ""))
