"""Errors that carry their sentence for a person and their kind; each door turns the kind into its dialect."""

import enum


class Kind(enum.StrEnum):
    """What went wrong, in words that every door understands."""

    INVALID = "invalid"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    UNAVAILABLE = "unavailable"


class ThreadlineError(Exception):
    """Something that a person is told.

    Args:
        sentence: what the person reads; short, kind, with what to do next.
    """

    kind: Kind

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class InvalidError(ThreadlineError):
    """What was sent cannot be used as it is."""

    kind = Kind.INVALID


class ForbiddenError(ThreadlineError):
    """This person may not do this."""

    kind = Kind.FORBIDDEN


class NotFoundError(ThreadlineError):
    """There is no such thing, or not for this person."""

    kind = Kind.NOT_FOUND


class ConflictError(ThreadlineError):
    """It is taken, or it has changed meanwhile."""

    kind = Kind.CONFLICT


class UnavailableError(ThreadlineError):
    """Something that we rest on is away for now: nothing was saved, and trying again helps."""

    kind = Kind.UNAVAILABLE
