"""Plain objects that point at one another, as JSON and back.

An object is written once, however many point at it. Reading makes only objects of the kinds that are named and runs
none of their code, so a file that somebody changed does no harm.
"""

import base64
import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

FORMAT = 1
Encode = Callable[[Any], Any]
# How what JSON has no word for is written: {"tuple": [...]}.
_WRITTEN: Mapping[type, tuple[str, Callable[[Any, Encode], Any]]] = {
    dict: ("dict", lambda value, encode: [[encode(key), encode(each)] for key, each in value.items()]),
    tuple: ("tuple", lambda value, encode: [encode(each) for each in value]),
    frozenset: ("frozenset", lambda value, encode: [encode(each) for each in sorted(value)]),
    bytes: ("bytes", lambda value, _encode: base64.b64encode(value).decode()),
}
_READ: Mapping[str, Callable[[Any, Encode], Any]] = {
    "dict": lambda value, decode: {decode(key): decode(each) for key, each in value},
    "tuple": lambda value, decode: tuple(decode(each) for each in value),
    "frozenset": lambda value, decode: frozenset(decode(each) for each in value),
    "bytes": lambda value, _decode: base64.b64decode(value),
}


class SnapshotError(Exception):
    """The text is no snapshot, or one of another version."""


class Snapshots:
    """Writes and reads objects of these kinds.

    Args:
        kinds: dataclasses. A field more or less in one of them makes another version.
    """

    def __init__(self, kinds: Iterable[type]) -> None:
        self._kinds = {_name(kind): kind for kind in kinds}
        shapes = [f"{name}:{','.join(_fields(kind))}" for name, kind in sorted(self._kinds.items())]
        digest = hashlib.sha256("\n".join(shapes).encode()).hexdigest()[:12]
        self.version = f"{FORMAT}-{digest}"

    def write(self, root: Any) -> str:
        """Return the object, and all that it points at, as text."""
        writing = _Writing(self._kinds)
        encoded = writing.encode(root)
        return json.dumps({"version": self.version, "root": encoded, "objects": writing.objects()})

    def read(self, text: str) -> Any:
        """Return what was written.

        Raises:
            SnapshotError: it is of another version, or it is broken.
        """
        try:
            whole = json.loads(text)
            version = whole["version"]
        except (ValueError, KeyError, TypeError) as error:
            raise SnapshotError("it is not a snapshot") from error
        if version != self.version:
            raise SnapshotError(f"it is of another version ({version})")
        try:
            return self._root(whole["root"], whole["objects"])
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise SnapshotError("it is broken") from error

    def _root(self, root: Any, entries: list[Any]) -> Any:
        # All are made before any is filled: they point at one another.
        made: list[Any] = [object.__new__(self._kinds[name]) for name, _values in entries]

        def decode(value: Any) -> Any:
            if isinstance(value, list):
                return [decode(each) for each in value]
            if not isinstance(value, dict):
                return value
            [(word, inner)] = value.items()
            return made[inner] if word == "see" else _READ[word](inner, decode)

        for one, (name, values) in zip(made, entries, strict=True):
            for field, value in zip(_fields(self._kinds[name]), values, strict=True):
                # Frozen ones too.
                object.__setattr__(one, field, decode(value))
        return decode(root)


class _Writing:
    """One snapshot while it is written: the objects, in the order in which they were met."""

    def __init__(self, kinds: Mapping[str, type]) -> None:
        self._kinds = kinds
        self._numbers: dict[int, int] = {}
        self._met: list[Any] = []

    def encode(self, value: Any) -> Any:
        """Return a value as JSON; of an object only where it is to be found."""
        if value is None or isinstance(value, str | int | float):
            return value
        if isinstance(value, list):
            return [self.encode(each) for each in value]
        if type(value) in _WRITTEN:
            word, write = _WRITTEN[type(value)]
            return {word: write(value, self.encode)}
        if _name(type(value)) not in self._kinds:
            raise TypeError(f"{_name(type(value))} is not among the kinds of this snapshot")
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(self._met)
            self._met.append(value)
        return {"see": self._numbers[id(value)]}

    def objects(self) -> list[Any]:
        """Return the objects with their fields' values; looking at one may lead to more."""
        return [
            [_name(type(one)), [self.encode(getattr(one, field)) for field in _fields(type(one))]]
            for one in self._met
        ]


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _fields(kind: type) -> list[str]:
    return [field.name for field in dataclasses.fields(kind)]
