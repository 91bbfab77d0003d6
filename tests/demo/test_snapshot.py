"""Snapshots: objects that point at one another come back as they were; anything else is refused."""

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.demo.snapshot import SnapshotError, Snapshots


@dataclass(eq=False)
class Node:
    name: str
    others: "list[Node]" = field(default_factory=list)
    holds: Any = None


@dataclass(frozen=True)
class Tag:
    word: str


@dataclass
class Stranger:
    name: str


SNAPSHOTS = Snapshots([Node, Tag])
keys = st.text(max_size=5) | st.integers() | st.tuples(st.text(max_size=3), st.integers())
plain = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.binary(max_size=9)
)
values = st.recursive(
    plain | st.frozensets(st.text(max_size=4), max_size=3) | st.builds(Tag, st.text(max_size=5)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4) | st.tuples(inner, inner),
    max_leaves=20,
)


@given(values)
def test_every_value_comes_back(value: Any) -> None:
    assert SNAPSHOTS.read(SNAPSHOTS.write(value)) == value


def test_one_object_stays_one_and_circles_stay_circles() -> None:
    first, second = Node("first"), Node("second")
    first.others, second.others = [second, first], [first]
    second.holds = {"see": 1, ("a", 1): second}
    root = SNAPSHOTS.read(SNAPSHOTS.write({"a": first, "b": first}))
    assert root["a"] is root["b"]
    [again, itself] = root["a"].others
    assert itself is root["a"]
    assert again.others == [root["a"]]
    assert again.holds == {"see": 1, ("a", 1): again}


def test_a_long_chain_is_no_deep_one() -> None:
    nodes = [Node(str(number)) for number in range(5000)]
    for one, following in itertools.pairwise(nodes):
        one.others = [following]
    node = SNAPSHOTS.read(SNAPSHOTS.write(nodes[0]))
    while node.others:
        [node] = node.others
    assert node.name == "4999"


def test_what_is_not_named_is_not_written() -> None:
    with pytest.raises(TypeError, match="Stranger"):
        SNAPSHOTS.write(Node("a", holds=Stranger("b")))


def _broken(**changes: Any) -> str:
    return json.dumps({**json.loads(SNAPSHOTS.write(Node("a"))), **changes})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"root": null}',
        _broken(version="1-other"),
        _broken(root={"see": 7}),
        _broken(root={"unheard of": 1}),
        _broken(objects=[["os.system", []]]),
        _broken(objects=[["x"]]),
        _broken(objects=None),
        _broken(objects=[[next(iter(SNAPSHOTS.write(Node("a")))), ["too", "few"]]]),
    ],
)
def test_what_is_none_of_ours_is_refused(text: str) -> None:
    with pytest.raises(SnapshotError):
        SNAPSHOTS.read(text)


def test_another_field_makes_another_version() -> None:
    assert Snapshots([Node]).version != SNAPSHOTS.version == Snapshots([Tag, Node]).version
