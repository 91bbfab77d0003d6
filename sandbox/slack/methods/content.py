"""The content of a message as an app sends it: checked, and put into a message."""

from typing import Any

from sandbox.slack.blocks import check, too_long
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Json, Message
from sandbox.slack.request import Args

# chat.update refuses longer texts, chat.postMessage cuts or splits them (README §0.8).
UPDATE_TEXT, POST_TEXT, SPLIT_TEXT = 4000, 40_000, 4000
MAX_ATTACHMENTS = 100


def read_blocks(args: Args) -> list[Json] | None:
    """Return the blocks that were sent, checked; None when there was no such argument.

    Raises:
        SlackError: ``invalid_blocks_format`` (no list), ``invalid_blocks`` with messages, ``msg_blocks_too_long``.
    """
    blocks = args.any("blocks")
    if blocks is None or blocks == "":
        return None
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackError("invalid_blocks_format")
    refuse_bad_blocks(blocks)
    return blocks


def refuse_bad_blocks(blocks: list[Json]) -> None:
    """Hold the blocks of one message to Slack's limits; raises like ``read_blocks``."""
    problems = check(blocks, "message")
    if problems:
        messages = [f"[ERROR] {problem}" for problem in problems]
        raise SlackError("invalid_blocks", *messages, errors=[str(problem) for problem in problems])
    if too_long(blocks):
        raise SlackError("msg_blocks_too_long")


def read_attachments(args: Args) -> list[Json] | None:
    """Return the attachments that were sent, their blocks checked; None when there was no such argument."""
    attachments = args.any("attachments")
    if attachments is None or attachments == "":
        return None
    if not isinstance(attachments, list) or not all(isinstance(one, dict) for one in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > MAX_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    for attachment in attachments:
        refuse_bad_blocks(attachment.get("blocks") or [])
    return attachments


def read_metadata(args: Args) -> Json | None:
    """Return the metadata that was sent; None when there was no such argument, ``{}`` to take it away.

    Raises:
        SlackError: ``invalid_metadata_format`` (no such object), ``invalid_metadata_schema`` (payload too deep).
    """
    metadata = args.any("metadata")
    if metadata is None or metadata == "":
        return None
    if metadata == {}:
        return {}
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise SlackError("invalid_metadata_format")
    payload = metadata.get("event_payload")
    if not isinstance(payload, dict):
        raise SlackError("invalid_metadata_format")
    if not all(_flat(value) for value in payload.values()):
        raise SlackError("invalid_metadata_schema")
    return metadata


def _flat(value: Any) -> bool:
    """A scalar, an object of scalars, or a list of either (slack_sdk's MetadataDict)."""
    if isinstance(value, list):
        return all(not isinstance(item, list) and _flat(item) for item in value)
    if isinstance(value, dict):
        return not any(isinstance(inner, list | dict) for inner in value.values())
    return True


def settings(message: Message, args: Args) -> None:
    """Put the ways in which Slack is to read the text into a message."""
    message.unfurl_links = args.flag("unfurl_links") if args.has("unfurl_links") else None
    message.unfurl_media = args.flag("unfurl_media") if args.has("unfurl_media") else None
    message.parse = args.text("parse") or None
    message.link_names = args.flag("link_names")
