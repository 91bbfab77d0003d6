"""A state machine of everything that can happen to one issue, here and in Linear, in any weather.

Hypothesis chooses what happens. Afterwards, when all is quiet and one reconciliation has looked, both sides agree.
"""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

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


@dataclass(frozen=True)
class Named:
    """A comment in Linear, by its id."""

    id: str


class Stage:
    """The scene that all histories of a run share, and the event loop in which it goes on."""

    def __init__(self, scene: Scene, runner: asyncio.Runner) -> None:
        self.scene = scene
        self.runner = runner
        self.count = 0

    def run(self, doing: Any) -> Any:
        """Let something be done, and return what came of it."""
        return self.runner.run(doing)


@dataclass
class Happened:
    """What was done so far: how much, and what people said, by the word that nobody else says."""

    count: int = 0
    said: list[Message] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)
    deleted_there: bool = False


class Agreement(RuleBasedStateMachine):
    """One history. ``stage`` is set by whoever runs it."""

    stage: Stage

    @initialize()
    def somebody_raises_an_issue(self) -> None:
        self.stage.count += 1
        self.scene = self.stage.scene
        self.happened = Happened()
        self.subject: Subject = self.stage.run(self.scene.raised(f"History {self.stage.count} begins"))
        self.writes = self.scene.written()

    # ------------------------------------------------------------------ here

    @rule(action=ACTIONS)
    def a_vendor_acts_by_the_api(self, action: str) -> None:
        self._does(self.scene.vendor.post(f"/api/vendor/issues/{self.subject.id}/{action}/", {}))

    @rule(label=st.sampled_from(["Claim", "Start", "Resolve", "Reopen", "Close"]))
    def a_vendor_presses_a_button(self, label: str) -> None:
        self._does(self.scene.press(self.subject, label))

    @rule(priority=st.sampled_from(["Low", "Medium", "High", "Urgent"]))
    def a_vendor_changes_the_priority(self, priority: str) -> None:
        self._does(self.scene.change(self.subject, "Priority", priority))

    @rule()
    def a_vendor_changes_the_title(self) -> None:
        self._does(self.scene.change(self.subject, "Title", self._word("History")))

    @rule(marker=MARKERS)
    def a_vendor_says_something(self, marker: str) -> None:
        text = f"{marker}{self._word('Vendor')}"
        self.happened.said.append(self._does(self.scene.reply(self.subject, text)))

    @rule()
    def the_customer_says_something(self) -> None:
        text = {"text": self._word("Customer")}
        self._does(self.scene.ada.post(f"/api/client/issues/{self.subject.id}/comments/", text))

    @precondition(lambda self: self.happened.said)
    @rule(which=SOME, marker=MARKERS)
    def a_vendor_edits_what_they_said(self, which: int, marker: str) -> None:
        message = self._one_of(self.happened.said, which)
        self._does(self.scene.edit(message, f"{marker}{self._word('Edited')}"))

    @precondition(lambda self: self.happened.said)
    @rule(which=SOME)
    def a_vendor_deletes_what_they_said(self, which: int) -> None:
        message = self._one_of(self.happened.said, which)
        self.happened.said.remove(message)
        self._does(self.scene.delete(message))

    # ------------------------------------------------------------------ in Linear

    @rule(state=STATES)
    def an_engineer_moves_it(self, state: str) -> None:
        self._in_linear(lambda dana: dana.move(self.subject.linear_id, state))

    @rule(priority=PRIORITIES)
    def an_engineer_sets_the_priority(self, priority: int) -> None:
        self._in_linear(lambda dana: dana.set_priority(self.subject.linear_id, priority))

    @rule()
    def an_engineer_renames_it(self) -> None:
        title = self._word("Renamed")
        self._in_linear(lambda dana: dana.rename(self.subject.linear_id, title))

    @rule(who=st.sampled_from(["dana", "eve", None]))
    def an_engineer_assigns_it(self, who: str | None) -> None:
        user = None if who is None else getattr(self.scene, who)
        self._in_linear(lambda dana: dana.assign(self.subject.linear_id, user))

    @rule(marker=MARKERS)
    def an_engineer_comments(self, marker: str) -> None:
        body = f"{marker}{self._word('Engineer')}"
        made = self._in_linear(lambda dana: dana.comment(self.subject.linear_id, body))
        self.happened.noted.append(made.id)

    @precondition(lambda self: self.happened.noted)
    @rule(which=SOME, marker=MARKERS)
    def an_engineer_edits_a_comment(self, which: int, marker: str) -> None:
        body, comment = f"{marker}{self._word('Rewritten')}", self._one_of(self.happened.noted, which)
        self._in_linear(lambda dana: dana.edit_comment(Named(comment), body))

    @precondition(lambda self: self.happened.noted)
    @rule(which=SOME)
    def an_engineer_deletes_a_comment(self, which: int) -> None:
        comment = self._one_of(self.happened.noted, which)
        self.happened.noted.remove(comment)
        self.happened.deleted_there = True
        self._in_linear(lambda dana: dana.delete_comment(Named(comment)))

    # ------------------------------------------------------------------ weather and time

    @rule(weather=WEATHERS)
    def the_webhooks_change_their_ways(self, weather: Switches) -> None:
        self.stage.run(self.scene.let_webhooks(replace(weather)))

    @rule()
    def what_was_held_comes_in_the_wrong_order(self) -> None:
        self.stage.run(self.scene.release_the_latest_first())

    @rule()
    def linear_goes_away_or_comes_back(self) -> None:
        self.scene.linear_away.away = not self.scene.linear_away.away

    @rule()
    def all_is_delivered_that_can_be(self) -> None:
        self.stage.run(self.scene.deliver())

    @rule(seconds=st.sampled_from([1.0, 61.0, 700.0]))
    def time_goes_by(self, seconds: float) -> None:
        self.stage.run(self.scene.let_time_go_by(seconds))

    def teardown(self) -> None:
        """Expect both sides to agree, for no more writes than it takes, and to have nothing more to say."""
        if not hasattr(self, "subject"):
            return
        self.stage.run(self.scene.calm(everything=self.happened.deleted_there))
        self.stage.run(expect_agreement(self.subject, deleted_there=self.happened.deleted_there))
        writes = self.scene.written() - self.writes
        assert writes <= WRITES_FOR_EACH * self.happened.count, (writes, self.happened.count)
        before = self.scene.written()
        self.stage.run(self.scene.look_again())
        assert self.scene.written() == before, "they agree, and yet something was written"

    # ------------------------------------------------------------------

    def _word(self, kind: str) -> str:
        return f"{kind} {self.stage.count}-{self.happened.count}"

    def _does(self, doing: Any) -> Any:
        self.happened.count += 1
        return self.stage.run(doing)

    def _in_linear(self, act: Any) -> Any:
        self.happened.count += 1

        async def done() -> Any:
            dana: Engineer = self.scene.engineer
            return act(dana)

        return self.stage.run(done())

    @staticmethod
    def _one_of(choices: list[Any], which: int) -> Any:
        return choices[which % len(choices)]
