"""We and Linear agree in the end, whoever changes what, however late, lost or doubled webhooks and answers are."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.effects import LinearField
from bot.domain.issues import IssueRef, Priority, Status
from bot.domain.linear_seen import LinearPerson
from bot.domain.linear_state import AGREES
from bot.domain.sync import Verdict, decide
from bot.domain.synced import PRIORITY_NUMBERS, Change, Held, Known, Said, said_word, still_unseen

START = datetime(2026, 11, 28, 12, tzinfo=UTC)
PEOPLE = {
    4: LinearPerson(id="u4", name="Dana", email="d@a.example"),
    5: LinearPerson(id="u5", name="V", email="v@a.example"),
}
STATE_OF = {
    Status.OPEN: "unstarted",
    Status.IN_PROGRESS: "started",
    Status.RESOLVED: "completed",
    Status.CLOSED: "canceled",
}
FIRST = Said(state_id="unstarted", state_type="unstarted", title="Export", priority=3, assignee=None)


@dataclass
class Pair:
    """Both sides, what is under way between them, and one clock that never stands still."""

    linear: Said = FIRST
    told: list[tuple[datetime, Said]] = field(default_factory=list)
    status: Status = Status.OPEN
    title: str = "Export"
    priority: Priority = Priority.MEDIUM
    assignee: int | None = None
    changed_at: dict[LinearField, datetime] = field(default_factory=dict)
    known: Known = field(default_factory=lambda: Known(read=FIRST))
    seen_at: datetime = START
    time: datetime = START
    moves: int = 0

    def tick(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time

    def held(self) -> Held:
        return Held(
            ref=IssueRef(1, 1),
            status=self.status,
            title=self.title,
            priority=self.priority,
            assignee_user_id=self.assignee,
            changed_at=self.changed_at,
            vendors={"d@a.example": 4, "v@a.example": 5},
            takes_titles=True,
        )

    def change_here(self, one: LinearField, value: object) -> None:
        names = {LinearField.STATE: "status", LinearField.ASSIGNEE: "assignee"}
        setattr(self, names.get(one, str(one)), value)
        self.changed_at[one] = self.tick()

    def change_there(self, **values: object) -> None:
        self.linear = replace(self.linear, **values)  # type: ignore[arg-type]
        self.told.append((self.tick(), self.linear))

    def wanted(self) -> dict[str, object]:
        """Return what Linear is not known to say as we do."""
        read, values = self.known.read, dict[str, object]()
        if read.state_type not in AGREES[self.status]:
            values |= {"state_id": STATE_OF[self.status], "state_type": STATE_OF[self.status]}
        if read.title != self.title:
            values["title"] = self.title
        if read.priority != PRIORITY_NUMBERS[self.priority]:
            values["priority"] = PRIORITY_NUMBERS[self.priority]
        if self.assignee is not None and read.assignee != PEOPLE[self.assignee]:
            values["assignee"] = PEOPLE[self.assignee]
        return values

    def write(self, *, lose_answer: bool) -> None:
        values = self.wanted()
        if not values:
            return
        sent = replace(self.linear, **values)  # type: ignore[arg-type]
        wrote = {one: list(words) for one, words in self.known.wrote.items()}
        for one in LinearField:
            named = {LinearField.STATE: "state_id"}.get(one, str(one))
            if named in values and (word := said_word(sent, one)) is not None:
                wrote[one] = [*wrote.get(one, ()), word]
        self.known = replace(self.known, wrote=wrote)
        self.change_there(**values)
        self.moves += 1
        if not lose_answer:
            self.see(*self.told[-1])
            self.known = replace(self.known, wrote={})

    def see(self, at: datetime, said: Said) -> None:
        if at <= self.seen_at:
            return
        for one in decide(self.held(), self.known, Change(said=said, at=at)):
            if one.verdict is Verdict.ACCEPT:
                self.moves += 1
                names = {LinearField.STATE: "status", LinearField.ASSIGNEE: "assignee"}
                setattr(self, names.get(one.field, str(one.field)), one.value)
        self.known = Known(read=said, wrote=still_unseen(self.known, said))
        self.seen_at = at

    def agrees(self) -> bool:
        there = self.linear
        assignee = None if there.assignee is None else int(there.assignee.id[1:])
        same = (there.title, there.priority, assignee) == (
            self.title,
            PRIORITY_NUMBERS[self.priority],
            self.assignee,
        )
        return same and there.state_type in AGREES[self.status]


Step = Callable[[Pair], None]
here = st.one_of(
    st.builds(lambda value: lambda pair: pair.change_here(LinearField.STATE, value), st.sampled_from(Status)),
    st.builds(lambda value: lambda pair: pair.change_here(LinearField.PRIORITY, value), st.sampled_from(Priority)),
    st.builds(lambda value: lambda pair: pair.change_here(LinearField.TITLE, value), st.sampled_from("ABC")),
    st.builds(lambda value: lambda pair: pair.change_here(LinearField.ASSIGNEE, value), st.sampled_from([4, 5])),
)
there = st.one_of(
    st.builds(
        lambda value: lambda pair: pair.change_there(state_id=value, state_type=value),
        st.sampled_from(["triage", "backlog", "unstarted", "started", "completed", "canceled", "duplicate"]),
    ),
    st.builds(lambda value: lambda pair: pair.change_there(priority=value), st.integers(1, 4)),
    st.builds(lambda value: lambda pair: pair.change_there(title=value), st.sampled_from("ABC")),
    st.builds(
        lambda value: lambda pair: pair.change_there(assignee=value), st.sampled_from([None, PEOPLE[4], PEOPLE[5]])
    ),
)


def tell(which: int) -> Step:
    """Return the step in which a webhook comes, any of those sent, as often as it likes."""

    def step(pair: Pair) -> None:
        if pair.told:
            pair.see(*pair.told[which % len(pair.told)])

    return step


steps = st.lists(
    st.one_of(
        here,
        there,
        st.builds(tell, st.integers(0, 30)),
        st.builds(lambda lost: lambda pair: pair.write(lose_answer=lost), st.booleans()),
    ),
    max_size=25,
)


def settle(pair: Pair) -> None:
    """Let what is known at last reach each side."""
    for _ in range(2):
        if pair.told:
            pair.see(*pair.told[-1])
        pair.write(lose_answer=False)


@given(steps)
@settings(max_examples=400)
def test_whatever_happens_both_agree_in_the_end_and_then_rest(steps: list[Step]) -> None:
    pair = Pair()
    for step in steps:
        step(pair)
    settle(pair)
    assert pair.agrees(), pair
    moves = pair.moves
    for told in pair.told * 2:
        pair.see(*told)
    settle(pair)
    assert pair.moves == moves


@given(here, there)
def test_where_each_changes_once_the_later_one_stands(ours: Step, theirs: Step) -> None:
    for first, second in ((ours, theirs), (theirs, ours)):
        both, alone = Pair(), Pair()
        first(both)
        second(both)
        settle(both)
        second(alone)
        settle(alone)
        # A closed issue says the same as a completed one: there is nothing to decide.
        if (both.status, alone.status) == (Status.CLOSED, Status.RESOLVED):
            continue
        for name in ("status", "title", "priority", "assignee"):
            if getattr(alone, name) != getattr(Pair(), name):
                assert getattr(both, name) == getattr(alone, name), name
