"""What a customer typed, as Markdown for Linear: shown as typed, and read as nothing else."""

import re
from urllib.parse import quote

from bot.domain.shown import PublicIssue

# CommonMark lets a backslash stand before any ASCII punctuation ("2.4 Backslash escapes"). These are the ones
# that mean something inside a line, in CommonMark or in the GitHub extensions that Linear reads.
_INLINE = re.compile(r"([\\`*_\[\]<>&~|!#@$^{}=:])")
# What begins a list, a rule or a heading when it stands first in a line.
_FIRST = re.compile(r"^([-+>])")
_NUMBERED = re.compile(r"^(\d+)([.)])")
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_OF_ADDRESSES = "%/:?#[]@!$&'*+,;="
_EDGE_SPACE = re.compile(r"^[ \t]+")

FOOTER = "{number}, raised by {customer} with {organization}"
RAISED_FOR = "{raised_by} for {customer}"
SOURCE = ", from [a message in Slack]({url})"


def escape_markdown(text: str) -> str:
    """Return Markdown that shows the text as it was typed, line by line."""
    # White space at a line's end goes first: a line of it alone, of any kind, is a blank line, and a backslash
    # before a blank line would be shown.
    trimmed = "\n".join(line.rstrip() for line in text.split("\n"))
    paragraphs = re.split(r"\n{2,}", trimmed.strip("\n"))
    return "\n\n".join("\\\n".join(_line(line) for line in paragraph.split("\n")) for paragraph in paragraphs)


def _line(line: str) -> str:
    # White space at the beginning of a line would be dropped, or make a code block of it.
    line = _EDGE_SPACE.sub(lambda found: _NO_BREAK_SPACE * len(found[0].expandtabs(4)), line)
    line = _INLINE.sub(r"\\\1", line)
    return _NUMBERED.sub(r"\1\\\2", _FIRST.sub(r"\\\1", line))


def issue_description(issue: PublicIssue) -> str:
    """Return a Linear issue's description: the customer's text, and where it comes from."""
    customer = issue.customer_name
    if issue.raised_by_name:
        customer = RAISED_FOR.format(raised_by=issue.raised_by_name, customer=customer)
    footer = escape_markdown(
        FOOTER.format(number=issue.number, customer=customer, organization=issue.organization_name)
    )
    if issue.source_url:
        # Slack's addresses hold nothing that ends a link in Markdown; should one ever, it stays an address.
        footer += SOURCE.format(url=quote(issue.source_url, safe=_OF_ADDRESSES))
    return f"{escape_markdown(issue.description)}\n\n---\n\n{footer}" if issue.description else footer
