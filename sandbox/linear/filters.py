"""Filters: does an entity meet a ``filter`` argument, such as ``{updatedAt: {gte: "-PT2H"}}``?"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.linear.model import Entity, Issue, User
from sandbox.linear.naming import snake
from sandbox.linear.scalars import epoch_or_duration

_Test = Callable[[Any, Any], bool]


def _text(test: _Test) -> _Test:
    return lambda value, wanted: value is not None and test(value, wanted)


def _folded(test: _Test) -> _Test:
    return _text(lambda value, wanted: test(value.casefold(), wanted.casefold()))


def _not(test: _Test) -> _Test:
    return lambda value, wanted: not test(value, wanted)


_CONTAINS = _text(operator.contains)
_STARTS = _text(str.startswith)
_ENDS = _text(str.endswith)
_TESTS: Mapping[str, _Test] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "in": lambda value, wanted: value in wanted,
    "nin": lambda value, wanted: value not in wanted,
    "null": lambda value, wanted: (value is None) == wanted,
    "lt": _text(operator.lt),
    "lte": _text(operator.le),
    "gt": _text(operator.gt),
    "gte": _text(operator.ge),
    "eqIgnoreCase": _folded(operator.eq),
    "neqIgnoreCase": _not(_folded(operator.eq)),
    "contains": _CONTAINS,
    "notContains": _not(_CONTAINS),
    "containsIgnoreCase": _folded(operator.contains),
    "notContainsIgnoreCase": _not(_folded(operator.contains)),
    "startsWith": _STARTS,
    "notStartsWith": _not(_STARTS),
    "startsWithIgnoreCase": _folded(str.startswith),
    "endsWith": _ENDS,
    "notEndsWith": _not(_ENDS),
}
_TIMES = {"createdAt", "updatedAt", "completedAt", "archivedAt"}


@dataclass(frozen=True)
class Filter:
    """A filter argument, for one viewer at one moment.

    Args:
        wanted: the argument; None lets everything through.
        viewer: the user that ``isMe`` means.
        now: seconds since the epoch; durations in filters are added to it.
    """

    wanted: Mapping[str, Any] | None
    viewer: User
    now: float

    def meets(self, entity: Entity) -> bool:
        """Tell whether the entity meets every condition."""
        return self._meets(self.wanted or {}, entity)

    def _meets(self, wanted: Mapping[str, Any], entity: Entity | None) -> bool:
        return all(
            self._condition(name, condition, entity) for name, condition in wanted.items() if condition is not None
        )

    def _condition(self, name: str, condition: Any, entity: Entity | None) -> bool:
        if name == "null":
            return (entity is None) == bool(condition)
        if name in {"and", "or"}:
            parts = [self._meets(part, entity) for part in condition]
            return all(parts) if name == "and" else any(parts)
        if entity is None:
            return False
        value = entity is self.viewer if name == "isMe" else getattr(entity, snake(name))
        # Only relations are entities; an unset one is None, and its condition names no comparator but "null".
        if isinstance(value, Entity) or (value is None and not set(condition) <= set(_TESTS)):
            return self._meets(condition, value)
        return self._compare(name, condition, entity, value)

    def _compare(self, name: str, condition: Mapping[str, Any], entity: Entity, value: Any) -> bool:
        if name == "id" and isinstance(entity, Issue):
            return _issue_id(entity, condition)
        if name in _TIMES:
            condition = {test: self._moments(given) for test, given in condition.items()}
        if isinstance(value, list):
            return _array(value, condition)
        return all(_TESTS[test](value, given) for test, given in condition.items() if given is not None)

    def _moments(self, given: Any) -> Any:
        if isinstance(given, str):
            return epoch_or_duration(given, self.now)
        return [epoch_or_duration(one, self.now) for one in given] if isinstance(given, list) else given


def _array(values: list[str], condition: Mapping[str, Any]) -> bool:
    """Tell whether a list meets ``some``, ``every`` and ``length``."""

    def meets(value: Any, wanted: Mapping[str, Any]) -> bool:
        return all(_TESTS[test](value, given) for test, given in wanted.items() if given is not None)

    tests: Mapping[str, Callable[[Any], bool]] = {
        "some": lambda wanted: any(meets(one, wanted) for one in values),
        "every": lambda wanted: all(meets(one, wanted) for one in values),
        "length": lambda wanted: meets(len(values), wanted),
    }
    return all(tests[name](wanted) for name, wanted in condition.items() if wanted is not None)


def _issue_id(issue: Issue, condition: Mapping[str, Any]) -> bool:
    # IssueIDComparator compares "issue identifiers": UUIDs and the likes of ENG-1 both.
    names = {issue.id, issue.identifier}
    tests: Mapping[str, Callable[[Any], bool]] = {
        "eq": lambda wanted: wanted in names,
        "neq": lambda wanted: wanted not in names,
        "in": lambda wanted: bool(names & set(wanted)),
        "nin": lambda wanted: not names & set(wanted),
    }
    return all(tests[test](given) for test, given in condition.items() if given is not None)
