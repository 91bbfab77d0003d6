"""What kind of file a name promises, in Slack's words (docs.slack.dev/reference/objects/file-object)."""

import mimetypes
from dataclasses import dataclass

_UNKNOWN = "application/octet-stream"
# The standard library's own table, not the machine's: the same everywhere. It lacks a few that people attach.
_KNOWN = mimetypes.MimeTypes().types_map[True]
_MORE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".gz": "application/gzip",
    ".heic": "image/heic",
    ".log": "text/plain",
    ".md": "text/markdown",
    ".webp": "image/webp",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FILETYPES = {"jpeg": "jpg", "js": "javascript", "log": "text", "md": "markdown", "py": "python", "txt": "text"}
_PRETTY = {"text": "Plain Text", "binary": "Binary", "jpg": "JPEG"}


@dataclass(frozen=True)
class Kind:
    """``mimetype``, Slack's own ``filetype``, and how Slack writes it for people."""

    mimetype: str
    filetype: str
    pretty_type: str


def ending_of(name: str) -> str:
    """Return a file's ending in small letters, without its dot; empty where there is none."""
    _, dot, ending = name.rpartition(".")
    return ending.lower() if dot else ""


def kind_of(name: str) -> Kind:
    """Return what Slack takes a file for, by its name alone."""
    ending = ending_of(name)
    mimetype = _MORE.get(f".{ending}") or _KNOWN.get(f".{ending}", _UNKNOWN)
    filetype = _FILETYPES.get(ending, ending) if mimetype != _UNKNOWN else "binary"
    return Kind(mimetype, filetype, _PRETTY.get(filetype, filetype.upper()))
