"""What a round of faults is, and what comes of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tests.faults.crowd import (
    ASSIGNED,
    CHOSEN,
    COMMENTS,
    DELETIONS,
    EDITS,
    FILED,
    GIVEN,
    ISSUES,
    ISSUES_IN_BOTH,
    LINKED,
    MOVED,
    NOTED,
    PASTED,
    PAUSED,
    PRESSED,
    REFUSED,
    REMOVED,
    REWRITTEN,
    VALUED,
)
from tests.faults.planted import Planted
from tests.faults.program_log import Complaint
from tests.faults.verdict import Verdict
from tests.faults.weather import Met

# How often each is done in a round, at least: the storm lasts until then.
LEAST: Mapping[str, int] = MappingProxyType(
    {
        ISSUES: 3,
        ISSUES_IN_BOTH: 1,
        COMMENTS: 8,
        EDITS: 4,
        DELETIONS: 3,
        PASTED: 1,
        PRESSED: 3,
        REFUSED: 1,
        FILED: 1,
        LINKED: 1,
        GIVEN: 1,
        PAUSED: 1,
        CHOSEN: 1,
        MOVED: 4,
        VALUED: 2,
        ASSIGNED: 2,
        NOTED: 4,
        REWRITTEN: 2,
        REMOVED: 1,
    }
)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a round is.

    Args:
        seed: the same seed gives the same people, faults and blows, at the moments that the machine makes of them.
        url: of an empty, migrated database.
        replicas: how many share it; more than one needs PostgreSQL.
        faults: how many of Slack's and Linear's are met.
        kills: how often a replica is killed.
        issues: how many are raised at most.
        most_owed: how many effects may wait before people rest: what they do is told at Slack's pace.
        chance: how many calls in one meet a fault.
        lease_seconds: the program's setting; a delivery may last 0.6 of it (bot/delivery/worker.py).
        settle_seconds: the program's setting.
        private: customers' messages are direct ones.
        all_hands: engineers work in Linear, whose webhooks get lost, late and doubled, and vendors use forms.
        customers: Linear keeps for which customer an issue is.
        as_app: the bot is an app in Linear; False: it has the key of somebody there.
        linear_team: the name of a team that Linear has already; None: the bot makes one.
        least_seconds: how long the storm lasts, though all faults and kills have come.
        storm_seconds: how long it lasts at most.
        least: how often each thing is done by people at least.
        methods: which of the outside's are to meet a fault.
        closings: how often a channel is closed to the bot for a while, so that something is parked.
        history_page: how many messages Slack gives at a time; 15 is what it gives to apps outside its Marketplace.
        planted: the fault that is in the bot; None: it is as it is.
        reconciles: what is left is repaired by the command, before it is judged.
        quiet_seconds: how long it may take until all is quiet.
        alone: what does not come in it comes in no other round.
    """

    seed: int
    url: str
    replicas: int
    faults: int
    kills: int
    issues: int = 10
    most_owed: int = 25
    chance: float = 0.2
    lease_seconds: float = 2.0
    settle_seconds: float = 2.0
    private: bool = False
    all_hands: bool = True
    customers: bool = True
    as_app: bool = False
    linear_team: str | None = "Acme"
    least_seconds: float = 10.0
    storm_seconds: float = 120.0
    least: Mapping[str, int] = field(default_factory=lambda: LEAST)
    methods: frozenset[str] = frozenset()
    closings: int = 1
    history_page: int = 1_000
    planted: Planted | None = None
    reconciles: bool = True
    quiet_seconds: float = 240.0
    alone: bool = True

    @property
    def delivery_seconds(self) -> float:
        """How long a delivery may last."""
        return 0.6 * self.lease_seconds

    @property
    def late_seconds(self) -> float:
        """How long a late call takes: beyond the program's time-out, before it is looked for."""
        return 0.8 * self.lease_seconds

    @property
    def too_late_seconds(self) -> float:
        """How long a call takes that is looked for in vain, so late that only reconcile finds it, where it runs."""
        looks = 2 if self.reconciles else 1
        return self.delivery_seconds + looks * self.settle_seconds


@dataclass(kw_only=True)
class Outcome:
    """What came of a round, or of several.

    ``takeover`` is the longest, in seconds, with two replicas; None: there was none. ``duplicates`` are transient
    ones, by what explains them, ``stranded`` what was said under one of them: nobody knows it any more.
    ``silences`` is how often the bot saw that the webhook was off, ``taken`` how many changes it took over from
    Linear.
    ``unproven`` is why the run proves less than it is to prove, or shows the program worse than it is to be.
    """

    verdict: Verdict = field(default_factory=Verdict)
    faults: Counter[Met] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    blows: Counter[str] = field(default_factory=Counter)
    effects: Counter[str] = field(default_factory=Counter)
    delivered: Counter[str] = field(default_factory=Counter)
    deeds: Counter[str] = field(default_factory=Counter)
    webhooks: Counter[str] = field(default_factory=Counter)
    silences: int = 0
    taken: int = 0
    complaints: Counter[Complaint] = field(default_factory=Counter)
    duplicates: Counter[str] = field(default_factory=Counter)
    parked: int = 0
    unproven: list[str] = field(default_factory=list)
    stranded: int = 0
    slowest: float = 0.0
    takeover: float | None = None
    late: list[str] = field(default_factory=list)
    issues: int = 0
    comments: int = 0

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong, and it proves what it is to prove."""
        return self.verdict.is_good and not self.unproven

    @property
    def methods_met(self) -> frozenset[str]:
        """Which methods met a fault."""
        return frozenset(met.method for met in self.faults)

    def add(self, other: "Outcome") -> None:
        """Take what came of another round."""
        self.verdict.add(other.verdict)
        self.faults += other.faults
        self.calls += other.calls
        self.blows += other.blows
        self.effects += other.effects
        self.delivered += other.delivered
        self.deeds += other.deeds
        self.webhooks += other.webhooks
        self.silences += other.silences
        self.taken += other.taken
        self.complaints += other.complaints
        self.parked += other.parked
        self.unproven += other.unproven
        self.slowest = max(self.slowest, other.slowest)
        if other.takeover is not None:
            self.takeover = max(self.takeover or 0.0, other.takeover)
        self.late += other.late
        self.duplicates += other.duplicates
        self.stranded += other.stranded
        self.issues += other.issues
        self.comments += other.comments
