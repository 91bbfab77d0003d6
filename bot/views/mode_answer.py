"""What somebody looks at, and the menu in which they choose something else."""

from slack_sdk.models.blocks import ActionsBlock, Block, SectionBlock, StaticSelectElement

from bot.domain.looks import Modes, Switch
from bot.domain.people import Mode, ProfileKind
from bot.domain.text import shorten
from bot.views import ids
from bot.views.forms import option
from bot.views.issue_message import MessageView
from bot.views.people_words import A_KIND, KIND_WORDS, listed, looks_at
from bot.views.words import escape, plain

NO_MODE = "You are not with any organization yet, so there is nothing to look at."
CHOOSE = "Look at something else"
NOT_A_KIND = "You cannot look as “{asked}”. Say vendor, employee or customer."
NOT_YOU = "You are not {a_kind} at {organization}."
NOT_YOU_ANYWHERE = "You are not {a_kind} at any organization."
SEVERAL = "You are {a_kind} at {organizations}. Choose here, or add the organization's name."
MORE_MODES = "Here are the first {count}. Any other you can name: /threadline mode vendor Acme"
# A menu may have a hundred options, but a message of so many with long names is more than Slack takes.
MOST_MODES = 45
_ASKED_LIMIT = 80
_NAMES_LIMIT = 500


def mode_answer(modes: Modes) -> MessageView:
    """Return what somebody looks at, with everything else that they may look at."""
    return _answer(NO_MODE if modes.now is None else looks_at(modes.now), modes)


def switch_answer(switch: Switch, asked: str) -> MessageView:
    """Return what came of naming a mode."""
    if switch.modes.now is None or len(switch.found) == 1:
        return mode_answer(switch.modes)
    return _answer(_why_not(switch, asked), switch.modes)


def _why_not(switch: Switch, asked: str) -> str:
    if switch.kind is None:
        return NOT_A_KIND.format(asked=shorten(asked, _ASKED_LIMIT))
    a_kind, name = A_KIND[switch.kind], asked.partition(" ")[2]
    if switch.found:
        names = shorten(listed(mode.organization_name for mode in switch.found), _NAMES_LIMIT)
        return SEVERAL.format(a_kind=a_kind, organizations=names)
    if name:
        return NOT_YOU.format(a_kind=a_kind, organization=f"“{shorten(name, _ASKED_LIMIT)}”")
    return NOT_YOU_ANYWHERE.format(a_kind=a_kind)


def _answer(sentence: str, modes: Modes) -> MessageView:
    blocks: list[Block] = [SectionBlock(text=plain(sentence))]
    if len(modes.offered) > MOST_MODES:
        blocks.append(SectionBlock(text=plain(MORE_MODES.format(count=MOST_MODES))))
    if len(modes.offered) > 1:
        menu = StaticSelectElement(
            action_id=ids.CHOOSE_MODE,
            placeholder=plain(CHOOSE),
            options=[option(_write(mode), _words(mode)) for mode in modes.offered[:MOST_MODES]],
        )
        blocks.append(ActionsBlock(elements=[menu]))
    return MessageView(escape(sentence), blocks)


def _words(mode: Mode) -> str:
    return f"{KIND_WORDS[mode.kind].capitalize()} at {mode.organization_name}"


def _write(mode: Mode) -> str:
    return f"{mode.organization_id}:{mode.kind}"


def read_mode(value: str) -> tuple[int, ProfileKind]:
    """Return the organization's id and the kind of profile that were chosen.

    Raises:
        ValueError: this is not our menu's value.
    """
    organization_id, _, kind = value.partition(":")
    return int(organization_id), ProfileKind(kind)
