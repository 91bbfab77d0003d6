"""A state machine of everything that can happen to issues, here and in Linear, in any weather.

Hypothesis chooses what happens. Afterwards, when all is quiet and one reconciliation has looked, both sides agree.

A history is one issue and what happens to it until both sides agree. Two issues are raised together, things happen
to one and then to the other, both sides agree about both; and once more with what has become of them. To raise an
issue and to look whether all agree takes most of the time.
"""

import asyncio
import functools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from sandbox.linear.engineer import Engineer
from sandbox.linear.switches import Switches
from sandbox.slack import Message
from tests.sync.agreement import expect_agreement
from tests.sync.scene import Scene, Subject

ACTIONS = st.sampled_from(["claim", "start", "resolve", "reopen", "close"])
STATES = st.sampled_from(["Backlog", "Todo", "In Progress", "Done", "Canceled"])
PRIORITIES = st.integers(1, 4)
SOME = st.integers(0, 9)
# What begins a text: with the marker it is for the customer.
MARKERS = st.sampled_from(["", "@customer "])
# What becomes of the webhooks from now on.
WEATHERS = st.sampled_from(
    [
        Switches(),
        Switches(lose=True),
        Switches(copies=2),
        Switches(held=True),
        Switches(order="before"),
        Switches(order="after"),
        Switches(delay=30.0),
    ]
)
# Each change may be told to the other side, and said again when somebody else came between.
WRITES_FOR_EACH = 3
# How many histories begin and end together, and how many follow one another with the same issue.
TOGETHER = 2
IN_A_ROW = 2
Step = TypeVar("Step", bound=Callable[..., None])


@dataclass(frozen=True)
class Named:
    """A comment in Linear, by its id."""

    id: str


class Stage:
    """The scene that all histories of a run share, and the event loop in which it goes on.

    Args:
        scene: where.
        runner: of the event loop.
        steps: how much happens in one history, at most.
    """

    def __init__(self, scene: Scene, runner: asyncio.Runner, steps: int) -> None:
        self.scene = scene
        self.runner = runner
        self.steps = steps
        self.begun = 0
        #: How often each thing happened.
        self.happened = Counter[str]()

    def run(self, doing: Any) -> Any:
        """Let something be done, and return what came of it."""
        return self.runner.run(doing)


@dataclass
class History:
    """An issue and what was done so far: how much, and what people said, by the word that nobody else says.

    ``writes`` is how often Linear was told to change the issue before; ``deleted_there``: comments of it were
    deleted in Linear, ever.
    """

    number: int
    subject: Subject
    writes: int
    count: int = 0
    said: list[Message] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)
    deleted_there: bool = False


def steps_of(stage: Stage) -> int:
    """Return how much happens at most in all histories with the same issues."""
    return stage.steps * TOGETHER * IN_A_ROW


def step(**given: Any) -> Callable[[Step], Any]:
    """Make a rule of something that happens in the history whose turn it is."""

    def decorate(happens: Step) -> Any:
        @functools.wraps(happens)
        def take_place(self: "Agreement", **chosen: Any) -> None:
            self.stage.happened[happens.__name__] += 1
            happens(self, **chosen)
            self.end_step()

        made: Any = rule(**given)
        return made(take_place)

    return decorate


class Agreement(RuleBasedStateMachine):
    """So many histories. ``stage`` is set by whoever runs them."""

    stage: Stage

    @initialize()
    def somebody_raises_issues(self) -> None:
        self.scene = self.stage.scene
        titles = [f"History {self.stage.begun + number} begins" for number in range(TOGETHER)]
        self.histories = [self._begin(subject) for subject in self.stage.run(self.scene.raised(*titles))]
        self.steps = 0

    def _begin(self, subject: Subject, *, deleted_there: bool = False) -> History:
        self.stage.begun += 1
        writes = self.scene.writes.of(subject.linear_id)
        return History(self.stage.begun, subject, writes, deleted_there=deleted_there)

    @property
    def history(self) -> History:
        """The one whose turn it is."""
        return self.histories[self.steps // self.stage.steps % TOGETHER]

    @property
    def subject(self) -> Subject:
        """Its issue."""
        return self.history.subject

    def end_step(self) -> None:
        """Let the next history follow when this one is full."""
        self.steps += 1
        if self.steps % self.stage.steps:
            return
        note(f"and now, with {self.history.subject.linear_id}:")
        if self.steps % (TOGETHER * self.stage.steps) == 0 and self.steps < steps_of(self.stage):
            self._end()
            self.histories = [
                self._begin(each.subject, deleted_there=each.deleted_there) for each in self.histories
            ]

    # ------------------------------------------------------------------ here

    @step(action=ACTIONS)
    def a_vendor_acts_by_the_api(self, action: str) -> None:
        self._does(self.scene.vendor.post(f"/api/vendor/issues/{self.subject.id}/{action}/", {}))

    @step(label=st.sampled_from(["Claim", "Start", "Resolve", "Reopen", "Close"]))
    def a_vendor_presses_a_button(self, label: str) -> None:
        self._does(self.scene.press(self.subject, label))

    @step(priority=st.sampled_from(["Low", "Medium", "High", "Urgent"]))
    def a_vendor_changes_the_priority(self, priority: str) -> None:
        self._does(self.scene.change(self.subject, "Priority", priority))

    @step()
    def a_vendor_changes_the_title(self) -> None:
        self._does(self.scene.change(self.subject, "Title", self._word("History")))

    @step(marker=MARKERS)
    def a_vendor_says_something(self, marker: str) -> None:
        text = f"{marker}{self._word('Vendor')}"
        self.history.said.append(self._does(self.scene.reply(self.subject, text)))

    @step()
    def the_customer_says_something(self) -> None:
        text = {"text": self._word("Customer")}
        self._does(self.scene.ada.post(f"/api/client/issues/{self.subject.id}/comments/", text))

    @precondition(lambda self: self.history.said)
    @step(which=SOME, marker=MARKERS)
    def a_vendor_edits_what_they_said(self, which: int, marker: str) -> None:
        message = self._one_of(self.history.said, which)
        self._does(self.scene.edit(message, f"{marker}{self._word('Edited')}"))

    @precondition(lambda self: self.history.said)
    @step(which=SOME)
    def a_vendor_deletes_what_they_said(self, which: int) -> None:
        message = self._one_of(self.history.said, which)
        self.history.said.remove(message)
        self._does(self.scene.delete(message))

    # ------------------------------------------------------------------ in Linear

    @step(state=STATES)
    def an_engineer_moves_it(self, state: str) -> None:
        self._in_linear(lambda dana: dana.move(self.subject.linear_id, state))

    @step(priority=PRIORITIES)
    def an_engineer_sets_the_priority(self, priority: int) -> None:
        self._in_linear(lambda dana: dana.set_priority(self.subject.linear_id, priority))

    @step()
    def an_engineer_renames_it(self) -> None:
        title = self._word("Renamed")
        self._in_linear(lambda dana: dana.rename(self.subject.linear_id, title))

    @step(who=st.sampled_from(["dana", "eve", None]))
    def an_engineer_assigns_it(self, who: str | None) -> None:
        user = None if who is None else getattr(self.scene, who)
        self._in_linear(lambda dana: dana.assign(self.subject.linear_id, user))

    @step(marker=MARKERS)
    def an_engineer_comments(self, marker: str) -> None:
        body = f"{marker}{self._word('Engineer')}"
        made = self._in_linear(lambda dana: dana.comment(self.subject.linear_id, body))
        self.history.noted.append(made.id)

    @precondition(lambda self: self.history.noted)
    @step(which=SOME, marker=MARKERS)
    def an_engineer_edits_a_comment(self, which: int, marker: str) -> None:
        body, comment = f"{marker}{self._word('Rewritten')}", self._one_of(self.history.noted, which)
        self._in_linear(lambda dana: dana.edit_comment(Named(comment), body))

    @precondition(lambda self: self.history.noted)
    @step(which=SOME)
    def an_engineer_deletes_a_comment(self, which: int) -> None:
        comment = self._one_of(self.history.noted, which)
        self.history.noted.remove(comment)
        self.history.deleted_there = True
        self._in_linear(lambda dana: dana.delete_comment(Named(comment)))

    # ------------------------------------------------------------------ weather and time

    @step(weather=WEATHERS)
    def the_webhooks_change_their_ways(self, weather: Switches) -> None:
        self.stage.run(self.scene.let_webhooks(replace(weather)))

    @step()
    def what_was_held_comes_in_the_wrong_order(self) -> None:
        self.stage.run(self.scene.release_the_latest_first())

    @step()
    def linear_goes_away_or_comes_back(self) -> None:
        self.scene.linear_away.away = not self.scene.linear_away.away

    @step()
    def all_is_delivered_that_can_be(self) -> None:
        self.stage.run(self.scene.deliver())

    @step(seconds=st.sampled_from([1.0, 61.0, 700.0]))
    def time_goes_by(self, seconds: float) -> None:
        self.stage.run(self.scene.let_time_go_by(seconds))

    def teardown(self) -> None:
        """Expect both sides to agree, and to have nothing more to say."""
        if not hasattr(self, "steps"):
            return
        self._end()
        before = self.scene.writes.count
        self.stage.run(self.scene.look_again())
        assert self.scene.writes.count == before, "they agree, and yet something was written"

    def _end(self) -> None:
        """Expect both sides to agree, for no more writes than it takes."""
        # The daily look finds what was deleted and never told of: it is needed for some, and costs all.
        self.stage.run(self.scene.calm(everything=any(each.deleted_there for each in self.histories)))
        for history in self.histories:
            self.stage.run(expect_agreement(history.subject, deleted_there=history.deleted_there))
            writes = self.scene.writes.of(history.subject.linear_id) - history.writes
            assert writes <= WRITES_FOR_EACH * history.count, (writes, history)

    # ------------------------------------------------------------------

    def _word(self, kind: str) -> str:
        return f"{kind} {self.history.number}-{self.history.count}"

    def _does(self, doing: Any) -> Any:
        self.history.count += 1
        return self.stage.run(doing)

    def _in_linear(self, act: Any) -> Any:
        self.history.count += 1

        async def done() -> Any:
            dana: Engineer = self.scene.engineer
            return act(dana)

        return self.stage.run(done())

    @staticmethod
    def _one_of(choices: list[Any], which: int) -> Any:
        return choices[which % len(choices)]
