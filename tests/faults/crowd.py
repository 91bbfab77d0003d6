"""What the people of a round did, and with what."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.company import Company
from sandbox.slack import Channel, Message, User
from tests.faults.fleet import Fleet

# The organization whose one channel is both: customers raise there, and vendors work there.
BOTH_NAME = "Globex"
# What people do, as the plan asks for it and the table tells it.
ISSUES, ISSUES_IN_BOTH = "issues", "issues in a channel that is both"
COMMENTS, EDITS, DELETIONS = "comments", "comments changed", "comments taken back"
PASTED, PRESSED, REFUSED = "addresses of Linear issues pasted", "buttons pressed", "files that Linear does not take"


@dataclass(frozen=True)
class Raised:
    """An issue that somebody was told is raised, and in which channel they did it."""

    number: str
    title: str
    channel: Channel


@dataclass
class Spoken:
    """A message of a person in the thread under ``head``: the word in it now, None once it is deleted.

    ``turned``: it was made public or internal since it was said.
    """

    head: Message
    message: Message
    user: User
    word: str | None
    public: bool
    turned: bool = False


@dataclass
class Crowd:
    """What the people did, and with what.

    Args:
        company: where they are.
        both: a channel where customers raise issues and vendors work.
        fleet: whom Slack tells of it.
        seed: the same seed gives the same people.
        issues: how many are raised at most.
        unsettle: lets the answer of a post that comes soon be lost.
        is_over: whether it is time to go home.
    """

    company: Company
    both: Channel
    fleet: Fleet
    seed: int
    issues: int
    unsettle: Callable[[], None]
    is_over: Callable[[], bool]
    begun: int = 0
    raised: list[Raised] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)
    deeds: Counter[str] = field(default_factory=Counter)
    words: int = 0

    def word(self, kind: str) -> str:
        """Return a word that was not said before."""
        self.words += 1
        return f"{kind}{self.words}"

    def head(self, channel: Channel, number: str) -> Message | None:
        """Return the message of an issue in a channel, once it stands there."""
        for message in self.company.slack.messages(channel):
            if message.app is not None and not message.deleted and number in self.company.slack.as_text(message):
                return message
        return None

    def is_open(self, channel: Channel) -> bool:
        """Tell whether the bot hears what is said in a channel: while it does not, nobody says anything there."""
        return not channel.is_archived and self.company.app.bot_user in channel.members

    def linear_addresses(self, head: Message) -> list[str]:
        """Return where Acme's issues are in Linear, but for the one that a message shows."""
        shown = self.company.slack.as_text(head)
        others = [each for each in self.raised if each.channel is self.company.intake and each.number not in shown]
        titles = {each.title for each in others}
        return [each.url for each in self.company.linear.issues() if each.title in titles]
