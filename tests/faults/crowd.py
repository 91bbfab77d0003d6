"""What the people of a round did, and with what."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.domain.effects import LinearField
from sandbox.company import Company
from sandbox.slack import Channel, Message, User
from tests.faults.fleet import Fleet

# The organization whose one channel is both: customers raise there, and vendors work there.
BOTH_NAME = "Globex"
# The organization whose owner only chooses its team in Linear.
OWNED_NAME = "Initech"
# What people do, as the plan asks for it and the table tells it.
ISSUES, ISSUES_IN_BOTH = "issues", "issues in a channel that is both"
COMMENTS, EDITS, DELETIONS = "comments", "comments changed", "comments taken back"
PASTED, PRESSED, REFUSED = "addresses of Linear issues pasted", "buttons pressed", "files that Linear does not take"
FILED = "files with comments"
GIVEN, MADE, CHOSEN = "issues given to a vendor", "teams in Linear made", "teams in Linear chosen"
LINKED, UNLINKED, PAUSED = "channels linked", "channels unlinked", "issues paused in Linear, and resumed"
MOVED, ASSIGNED, VALUED = "states set in Linear", "assignees set in Linear", "priorities set in Linear"
NOTED, REWRITTEN, REMOVED = "comments in Linear", "comments changed in Linear", "comments deleted in Linear"
# What takes its time, as it needs a bot that answers several times in a row: each is done in one round or another.
IN_SOME_ROUND = frozenset({REFUSED, FILED, LINKED, GIVEN, PAUSED, CHOSEN, PASTED, REMOVED})


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
class Noted:
    """A comment that an engineer wrote in Linear: the word in it now, None once it is deleted there."""

    title: str
    comment_id: str
    word: str | None
    public: bool


@dataclass(frozen=True)
class Moved:
    """What an engineer made of an issue in Linear: its state's type, or its priority's number."""

    title: str
    field: LinearField
    value: str


@dataclass
class Crowd:
    """What the people did, and with what.

    Args:
        company: where they are.
        both: a channel where customers raise issues and vendors work.
        fleet: whom Slack tells of it.
        seed: the same seed gives the same people.
        issues: how many are raised at most.
        least: how often each thing is to be done at least.
        all_hands: there are engineers and forms, and files with comments.
        unsettle: lets the answer of a post that comes soon be lost.
        is_over: whether it is time to go home.
    """

    company: Company
    both: Channel
    fleet: Fleet
    seed: int
    issues: int
    least: Mapping[str, int]
    all_hands: bool
    unsettle: Callable[[], None]
    is_over: Callable[[], bool]
    begun: int = 0
    # Where somebody sees to their organization, and nobody else is; None: not yet.
    owners: Channel | None = None
    raised: list[Raised] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)
    noted: list[Noted] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    # The channels that were linked meanwhile, by what somebody was told last of them; None: not what is so.
    team_chosen: str | None = None
    linked: dict[Channel, bool | None] = field(default_factory=dict)
    deeds: Counter[str] = field(default_factory=Counter)
    words: int = 0

    def word(self, kind: str) -> str:
        """Return a word that was not said before."""
        self.words += 1
        return f"{kind}{self.words}"

    def lacks(self, what: str) -> bool:
        """Tell whether something is still to be done more often."""
        return self.deeds[what] < self.least.get(what, 0)

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
