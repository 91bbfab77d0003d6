"""Lanes in memory, as simple as they can be written: what the outbox is held to."""

from dataclasses import dataclass, field, replace

from bot.domain.effects import EffectState


@dataclass
class ModelEffect:
    """An effect: its name, and how far it has come."""

    name: str
    state: EffectState = EffectState.OWED
    attempts: int = 0


@dataclass
class ModelLane:
    """A lane: ``due`` is "now", "later" or None; ``leased`` tells whether a lease runs."""

    effects: list[ModelEffect] = field(default_factory=list)
    head: int = 0
    due: str | None = None
    leased: bool = False
    fence: int = 0
    nudges: int = 0
    blocked: bool = False

    def enqueue(self, names: list[str]) -> None:
        """Add effects; a lane in which nothing waited is due now."""
        if self.head == len(self.effects):
            self.due = "now"
        self.effects += [ModelEffect(name) for name in names]

    @property
    def is_free(self) -> bool:
        """Tell whether a worker may hold it now."""
        return self.due == "now" and not self.leased

    def lease(self) -> "Token":
        """Hold it."""
        self.leased = True
        self.fence += 1
        return self._send()

    def _send(self) -> "Token":
        effect = self.effects[self.head]
        effect.state, effect.attempts = EffectState.SENDING, effect.attempts + 1
        return Token(self, self.fence, self.nudges, replace(effect))

    def end(self, state: EffectState) -> "Token | None":
        """Mark the first effect, and hold the next one, if there is one."""
        self.blocked = False
        self.effects[self.head].state = state
        self.head += 1
        self.leased = self.head < len(self.effects)
        self.due = "now" if self.leased else None
        return self._send() if self.leased else None

    def put_back(self, token: "Token", *, counts: bool) -> None:
        """Let the first effect wait, unless it was hurried meanwhile."""
        effect = self.effects[self.head]
        effect.state = EffectState.OWED
        effect.attempts = token.effect.attempts if counts else token.effect.attempts - 1
        self.leased, self.due = False, "later" if token.nudges == self.nudges else "now"

    def park(self, token: "Token") -> None:
        """Block it, and look later whether the cause is gone."""
        self.effects[self.head].state = EffectState.DEAD
        self.leased, self.due, self.blocked = False, "later" if token.nudges == self.nudges else "now", True

    def unblock(self) -> None:
        """Let it try its first effect again."""
        if self.blocked:
            self.due, self.nudges = "now", self.nudges + 1

    def recover(self) -> None:
        """Let it try its first effect again once what blocked it is gone, unless it is about to do so anyway."""
        if self.leased or self.due != "now":
            self.unblock()

    def hurry(self) -> None:
        """Let it be due, if it waits."""
        if self.due is not None:
            self.due, self.nudges = "now", self.nudges + 1

    def expire(self) -> None:
        """Let its lease run out."""
        self.leased = False

    def let_pass(self) -> None:
        """Let the time pass for which it waits."""
        if self.due is not None:
            self.due = "now"


@dataclass(frozen=True)
class Token:
    """A hold on a lane, and the effect as it was when it was held."""

    lane: ModelLane
    fence: int
    nudges: int
    effect: ModelEffect

    @property
    def is_lost(self) -> bool:
        """Tell whether another worker held the lane since."""
        return self.lane.fence != self.fence
