"""What was lost, doubled, told in the wrong order, or told to whom it was not for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Verdict:
    """What was found, each with words that tell where."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether nothing was found."""
        return not (self.lost or self.doubled or self.disordered or self.leaked)

    def exactly_one(self, count: int, what: str) -> None:
        """Take that there are so many of what there must be one of."""
        self.lost += [what] if count < 1 else []
        self.doubled += [what] * (count - 1)

    def same(self, expected: Sequence[str], found: Sequence[str], where: str) -> None:
        """Take what a place tells, held against what it is to tell, in order."""
        wanted, there = Counter(expected), Counter(found)
        self.lost += [f"{where}: {what}" for what in (wanted - there).elements()]
        self.doubled += [f"{where}: {what}" for what in (there - wanted).elements()]
        # What is lost or doubled is told of already: the order is that of the first of each that both have.
        common = wanted & there
        mine, theirs = _only(expected, common), _only(found, common)
        out = len(theirs) - _longest_common(mine, theirs)
        self.disordered += [f"{where}: {' | '.join(theirs)}"] * out

    def add(self, other: "Verdict") -> None:
        """Take all that another one has."""
        self.lost += other.lost
        self.doubled += other.doubled
        self.disordered += other.disordered
        self.leaked += other.leaked


def _only(lines: Sequence[str], common: Counter[str]) -> list[str]:
    left, kept = Counter(common), []
    for line in lines:
        if left[line] > 0:
            left[line] -= 1
            kept.append(line)
    return kept


def _longest_common(mine: Sequence[str], theirs: Sequence[str]) -> int:
    """Return the length of the longest sequence that both have in this order."""
    before = [0] * (len(theirs) + 1)
    for one in mine:
        now = [0]
        for position, other in enumerate(theirs):
            longer = before[position] + 1 if one == other else max(before[position + 1], now[position])
            now.append(longer)
        before = now
    return before[-1]
