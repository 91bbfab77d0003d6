"""What can go wrong in the offline Slack: refusals of the Web API, and wrong moves of a person or an app."""

from typing import Any


class SlackError(Exception):
    """A refusal of the Web API: answered with 200 ``{"ok": false, "error": ...}``, as Slack does.

    Args:
        error: Slack's word, for example ``channel_not_found``.
        messages: sentences for ``response_metadata.messages``.
        extra: further fields of the answer, for example ``needed`` and ``provided``.
    """

    def __init__(self, error: str, *messages: str, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """Return the answer's JSON."""
        answer: dict[str, Any] = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            answer["response_metadata"] = {"messages": list(self.messages)}
        return answer


class PersonError(AssertionError):
    """The person tried something that their screen does not offer: a button that is not there, a wrong label."""


class WrongAnswerError(AssertionError):
    """The app answered a delivery in a way that Slack does not understand."""
