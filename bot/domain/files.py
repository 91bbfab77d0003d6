"""Files that people give with issues and comments."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ShownFile:
    """What a message tells of a file; ``size`` is in bytes."""

    name: str
    size: int
