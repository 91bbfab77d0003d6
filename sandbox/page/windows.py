"""The windows that pages have open: one for each person in each pane, with the modals that lie on it."""

from collections import OrderedDict

from sandbox.slack import Person, Slack

# The windows of pages that were closed long ago are forgotten.
MOST = 200


class Windows:
    """Keeps each pane's window of each person.

    Args:
        slack: where the people are.
    """

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._open: OrderedDict[tuple[str, str], Person] = OrderedDict()

    def of(self, user_id: str, window: str) -> Person | None:
        """Return a person's window; None when there is no such person, or it is a bot or left.

        Args:
            user_id: who.
            window: the pane's own name; the same name is the same window again.
        """
        key = user_id, window
        if key not in self._open:
            user = self._slack.world.users.get(user_id)
            if user is None or user.is_bot or user.deleted:
                return None
            self._open[key] = self._slack.as_user(user)
        self._open.move_to_end(key)
        while len(self._open) > MOST:
            self._open.popitem(last=False)
        return self._open[key]
