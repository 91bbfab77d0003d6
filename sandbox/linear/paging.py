"""Connections: one page of entities, newest first, as ``first``, ``after`` and ``orderBy`` ask for it."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.linear.errors import invalid_argument
from sandbox.linear.model import Entity

DEFAULT_PAGE = 50
# Common knowledge, not in the schema.
LARGEST_PAGE = 250


@dataclass(frozen=True)
class Edge:
    """An entity and its place."""

    cursor: str
    node: Entity


@dataclass(frozen=True)
class PageInfo:
    """Linear's PageInfo."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True)
class Connection:
    """One page."""

    edges: list[Edge]
    page_info: PageInfo

    @property
    def nodes(self) -> list[Entity]:
        """The entities of the page."""
        return [edge.node for edge in self.edges]


def connection(entities: Iterable[Entity], args: dict[str, Any]) -> Connection:
    """Return the page that the arguments ask for.

    A cursor is a place in the order, not an entity: paging by ``updatedAt`` while rows move skips or repeats
    them, which clients of the real Linear have to live with too.

    Args:
        entities: what there is, in any order, already filtered.
        args: the field's GraphQL arguments.

    Raises:
        LinearError: the page is too large or the cursor is not one of ours.
    """
    size = DEFAULT_PAGE if args.get("first") is None else args["first"]
    if not 0 < size <= LARGEST_PAGE:
        raise invalid_argument(f"first must be between 1 and {LARGEST_PAGE}.")
    by_update = args.get("orderBy") == "updatedAt"
    kept = [one for one in entities if args.get("includeArchived") or one.archived_at is None]
    ordered = sorted(kept, key=lambda one: _place(one, by_update=by_update), reverse=True)
    after = args.get("after")
    rest: Sequence[Entity] = ordered
    if after is not None:
        border = _read(after)
        rest = [one for one in ordered if _place(one, by_update=by_update) < border]
    edges = [Edge(_write(_place(one, by_update=by_update)), one) for one in rest[:size]]
    info = PageInfo(
        has_next_page=len(rest) > size,
        has_previous_page=len(rest) < len(ordered),
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Connection(edges, info)


def _place(entity: Entity, *, by_update: bool) -> tuple[float, int]:
    return (entity.updated_at, entity.turn) if by_update else (entity.created_at, entity.created_turn)


def _write(place: tuple[float, int]) -> str:
    return base64.urlsafe_b64encode(f"{place[0]!r} {place[1]}".encode()).decode()


def _read(cursor: str) -> tuple[float, int]:
    try:
        moment, turn = base64.urlsafe_b64decode(cursor.encode()).decode().split(" ")
        return float(moment), int(turn)
    except (ValueError, binascii.Error) as error:
        raise invalid_argument("after must be a cursor.") from error
