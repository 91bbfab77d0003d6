"""How the limits of Block Kit are written down: small rules about JSON, put together into tables.

A rule takes a value and its JSON pointer and yields what is wrong. Slack's sentences are used where they are known
from public error reports ("no more than 25 items allowed [json-pointer:/blocks/1/elements]").
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MANY = 1_000_000


@dataclass(frozen=True)
class Problem:
    """One broken rule, and where."""

    pointer: str
    rule: str

    def __str__(self) -> str:
        return f"{self.rule} [json-pointer:{self.pointer}]"


Rule = Callable[[Any, str], Iterator[Problem]]


def string(low: int = 1, high: int = MANY) -> Rule:
    """A string of ``low`` to ``high`` characters."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem(at, "must provide a string")
        elif len(value) < low:
            yield Problem(at, f"must be more than {low - 1} characters")
        elif len(value) > high:
            yield Problem(at, f"must be less than {high + 1} characters")

    return check


def matching(pattern: str, what: str) -> Rule:
    """A string of a certain form; ``what`` names the form."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            yield Problem(at, f"must be {what}")

    return check


def integer(low: int, high: int) -> Rule:
    """A whole number between two bounds, both allowed."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield Problem(at, "must provide an integer")
        elif value < low:
            yield Problem(at, f"must be greater than or equal to {low}")
        elif value > high:
            yield Problem(at, f"must be less than or equal to {high}")

    return check


def boolean(value: Any, at: str) -> Iterator[Problem]:
    """True or false."""
    if not isinstance(value, bool):
        yield Problem(at, "must provide a boolean")


def one_of(*allowed: str) -> Rule:
    """One of a few words."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if value not in allowed:
            yield Problem(at, f"must be a valid enum value: {', '.join(allowed)}")

    return check


def array(item: Rule, low: int, high: int) -> Rule:
    """A list of ``low`` to ``high`` items, each after the same rule."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(at, "must provide an array")
            return
        if len(value) < low:
            yield Problem(at, f"no fewer than {low} items allowed")
        if len(value) > high:
            yield Problem(at, f"no more than {high} items allowed")
        for number, element in enumerate(value):
            yield from item(element, f"{at}/{number}")

    return check


def shape(required: Mapping[str, Rule], optional: Mapping[str, Rule], *also: Rule) -> Rule:
    """An object with these fields and no others; ``also`` are rules about fields together."""
    known = {**required, **optional}

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(at, "must provide an object")
            return
        for name in required:
            if value.get(name) is None:
                yield Problem(at, f"missing required field: {name}")
        for name, content in value.items():
            if name not in known:
                yield Problem(at, f"invalid additional property: {name}")
            elif content is not None:
                yield from known[name](content, f"{at}/{name}")
        for rule in also:
            yield from rule(value, at)

    return check


def by_type(table: Mapping[str, Rule]) -> Rule:
    """An object whose ``type`` says which rule it is held to."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(value, dict):
            yield Problem(at, "must provide an object")
        elif kind is None:
            yield Problem(at, "missing required field: type")
        elif not isinstance(kind, str) or kind not in table:
            yield Problem(f"{at}/type", f"unsupported type: {kind}")
        else:
            yield from table[kind](value, at)

    return check


def any_field(*names: str) -> Rule:
    """At least one of the fields is there."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not any(value.get(name) for name in names):
            yield Problem(at, f"missing required field: {' or '.join(names)}")

    return check


def exactly_one(*names: str) -> Rule:
    """One of the fields is there, and not the others."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if sum(value.get(name) is not None for name in names) != 1:
            yield Problem(at, f"must provide exactly one of: {', '.join(names)}")

    return check


def text_object(high: int, *kinds: str) -> Rule:
    """A text object of 1 to ``high`` characters, of these kinds (both when none is named)."""
    forms: dict[str, Rule] = {
        "plain_text": shape({"type": string(), "text": string(1, high)}, {"emoji": boolean}),
        "mrkdwn": shape({"type": string(), "text": string(1, high)}, {"verbatim": boolean}),
    }
    return by_type({kind: forms[kind] for kind in kinds or forms})


def plain_text(high: int) -> Rule:
    """A plain_text object of 1 to ``high`` characters."""
    return text_object(high, "plain_text")
