"""A comment of Linear as the words that it is to a reader: plain text, and whether it is meant for the customer."""

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from bot.domain.conversation import COMMENT_LIMIT, CommentVisibility, sort_reply
from bot.domain.places import Audience
from bot.domain.text import can_be_seen, clean, shorten

A_FILE = "a file, in Linear"
A_PAGE = "a page in Linear"
_READER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
# What ends an address is not part of it.
_ADDRESS = re.compile(r"https?://(?:[\w-]+\.)*linear\.app(?![\w.-])(?:[^\s<>()\[\]\"']*[\w/])?", re.IGNORECASE)
_ISSUE = re.compile(r"/issue/([^/?#]+)")
_BREAKS = {"softbreak", "hardbreak"}
# Stands for whatever is not plain text behind the marker: then it is no word of its own.
_GLUED = "x"


def read_words(body: str, marker: str) -> tuple[CommentVisibility, str]:
    """Return who may read a comment, and its words, the marker left out.

    It is for the customer only if it begins with the marker as plain words: not as code, in a list, in a quotation,
    in bold or in a link. Where nothing else is said it is internal.

    Args:
        body: Markdown, as Linear gives it.
        marker: the organization's, such as ``@customer``.
    """
    root = SyntaxTreeNode(_READER.parse(body))
    if _take_marker(root, marker):
        text = _shown(_without_linear(_blocks(root.children)))
        if can_be_seen(text):
            return CommentVisibility.PUBLIC, text
        root = SyntaxTreeNode(_READER.parse(body))
    return CommentVisibility.INTERNAL, _shown(_blocks(root.children))


def _take_marker(root: SyntaxTreeNode, marker: str) -> bool:
    """Take the marker away if the comment begins with it; tells whether it did."""
    first = root.children[0] if root.children else None
    if first is None or first.type != "paragraph":
        return False
    parts = first.children[0].children
    begins = parts[0] if parts else first
    if begins.type != "text" or begins.token is None:
        return False
    follows = "" if len(parts) == 1 else "\n" if parts[1].type in _BREAKS else _GLUED
    visibility, text = sort_reply(begins.content + follows, Audience.TRIAGE, marker)
    if visibility is CommentVisibility.INTERNAL:
        return False
    begins.token.content = text.removesuffix(_GLUED) if follows == _GLUED else text
    return True


def _shown(text: str) -> str:
    return shorten(clean(text), COMMENT_LIMIT)


def _without_linear(text: str) -> str:
    """Return a text without Linear's addresses: they hold internal titles, or lead where customers may not go."""
    return _ADDRESS.sub(lambda found: _named(found[0]), text)


def _named(address: str) -> str:
    parts = urlsplit(address)
    if (parts.hostname or "").casefold() == "uploads.linear.app":
        return A_FILE
    issue = _ISSUE.search(parts.path)
    return A_PAGE if issue is None else unquote(issue[1])


def _blocks(nodes: Sequence[SyntaxTreeNode], *, apart: str = "\n\n") -> str:
    return apart.join(_block(node) for node in nodes)


def _block(node: SyntaxTreeNode) -> str:
    if node.type in {"fence", "code_block"}:
        return node.content.rstrip("\n")
    if node.type == "hr":
        return "---"
    if node.type == "blockquote":
        return _indented(_blocks(node.children), "> ", "> ")
    if node.type in {"bullet_list", "ordered_list"}:
        return _items(node)
    if node.type == "table":
        rows = [row for part in node.children for row in part.children]
        return "\n".join(" | ".join(_inline(cell.children) for cell in row.children) for row in rows)
    return _inline(node.children)


def _items(node: SyntaxTreeNode) -> str:
    tight = all(child.hidden for item in node.children for child in item.children if child.type == "paragraph")
    first = int(node.attrs.get("start", 1))
    lines = []
    for number, item in enumerate(node.children, first):
        sign = "• " if node.type == "bullet_list" else f"{number}. "
        lines.append(_indented(_blocks(item.children, apart="\n" if tight else "\n\n"), sign, " " * len(sign)))
    return ("\n" if tight else "\n\n").join(lines)


def _indented(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    return "\n".join([first + lines[0], *(others + line if line else others.rstrip() for line in lines[1:])])


def _inline(nodes: Sequence[SyntaxTreeNode]) -> str:
    return "".join(_span(node) for node in nodes)


def _span(node: SyntaxTreeNode) -> str:
    if node.type in _BREAKS:
        return "\n"
    if node.type == "link":
        return _linked(_inline(node.children), str(node.attrs.get("href", "")))
    if node.type == "image":
        source = str(node.attrs.get("src", ""))
        return _linked(_inline(node.children) or _file_name(source), source)
    return _inline(node.children) if node.children else node.content


def _file_name(address: str) -> str:
    """Return the name that an address ends in; Linear's own end in an id, which is none."""
    name = unquote(urlsplit(address).path.rpartition("/")[2])
    return name if "." in name else ""


def _linked(text: str, address: str) -> str:
    """Return a link as it can be read: its words, and where it leads."""
    if address in {"", text, f"mailto:{text}"}:
        return text
    if _ISSUE.search(urlsplit(address).path) and _ADDRESS.fullmatch(address):
        # Linear itself makes the words of such a link, of the issue's internal title.
        return address
    return f"{text} ({address})" if can_be_seen(text) else address
