"""Messages that came twice for a while, and what explains each of them: the others could have been found."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sandbox.slack.records import Call
from tests.faults.sightings import effect_ids, payload_of

# A call that acts this long after it came met a fault that let it: on a slow machine others take a part of it.
LATE_SECONDS = 0.5


@dataclass
class Duplicates:
    """What came twice.

    Args:
        late: by effects whose earlier call acted after it had been looked for, in vain; once for each message.
        frozen: by effects that a replica was about to send when it was frozen, likewise.
        unexplained: the others, in words.
    """

    late: list[uuid.UUID] = field(default_factory=list)
    frozen: list[uuid.UUID] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.late) + len(self.frozen) + len(self.unexplained)


def find_duplicates(posts: Sequence[Call], frozen: Collection[uuid.UUID], delivery_seconds: float) -> Duplicates:
    """Return which messages were posted under an effect's id that had been posted under it before.

    Args:
        posts: the calls of ``chat.postMessage``, in the order of arrival.
        frozen: the effects that were under way in a replica when it was frozen past its lease, while another ran.
        delivery_seconds: how long a delivery may last, and so how long before a post it was looked for at most.
    """
    earlier: dict[uuid.UUID, list[Call]] = defaultdict(list)
    found = Duplicates()
    for call in posts:
        if not call.ok:
            continue
        ids = effect_ids(payload_of(call))
        again = [one for one in ids if one in earlier]
        if again:
            [effect_id, *_] = again
            # Slack may have held the post of who was frozen: that explains it first, as the bot is to find it then.
            if any(one in frozen for one in again):
                found.frozen.append(effect_id)
            elif all(_came_late(before, call.at - delivery_seconds) for one in again for before in earlier[one]):
                found.late.append(effect_id)
            else:
                found.unexplained.append(_words(effect_id, call, [each for one in again for each in earlier[one]]))
        for one in ids:
            earlier[one].append(call)
    return found


def _came_late(before: Call, looked_at: float) -> bool:
    """Tell whether a call did not stand there when it was looked for, because it took so long to act."""
    return _acted_at(before) - before.at > LATE_SECONDS and _acted_at(before) > looked_at


def _acted_at(call: Call) -> float:
    return float(call.response["ts"])


def _words(effect_id: uuid.UUID, call: Call, before: Sequence[Call]) -> str:
    times = ", ".join(f"{call.at - each.at:.1f} s" for each in before)
    return f"effect {effect_id} was posted {times} after it had been posted, and nothing explains it"
