"""Slash commands, typed by people in the sandbox's Slack."""

from dataclasses import dataclass

from bot.domain.issues import Status
from bot.views.command_answers import COMMANDS, NO_ISSUES, UNKNOWN_SUBCOMMAND, YOUR_ISSUES
from bot.views.words import SEPARATOR, STATUS_WORDS
from sandbox.slack import Message, Person, User
from tests.world import World

HELP_LINES = [f"• {command} {what}" for command, what in COMMANDS]


@dataclass(frozen=True)
class Asked:
    """What somebody read after a command, and the message that they read it in."""

    lines: list[str]
    message: Message


async def ask(world: World, user: User, command: str, text: str = "") -> Asked:
    """Type a command in the intake channel and read the answer, which nobody else sees."""
    person: Person = world.company.slack.as_user(user)
    outcome = await person.slash(world.company.intake, command, text)
    assert outcome.ok, outcome
    message = person.ephemerals[-1]
    assert message.shown_to is user
    return Asked(world.company.slack.as_text(message).split("\n"), message)


async def test_help_and_what_is_not_known_are_answered_with_the_list_of_commands(world: World) -> None:
    ada = world.company.ada
    for text in ("", "help", "  help  "):
        assert (await ask(world, ada, "/threadline", text)).lines == HELP_LINES
    # Bolt itself takes a command that holds the word "payload" for nothing.
    for text in ("nonsense", "<!channel>", "<@U1> {asked} *bold*", "Help", "payload"):
        assert (await ask(world, ada, "/threadline", text)).lines == [
            UNKNOWN_SUBCOMMAND.format(asked=text),
            *HELP_LINES,
        ]
    assert world.posts(world.company.intake) == []


async def test_my_issues_lists_my_own_and_nobody_elses(world: World) -> None:
    ada, bo = world.company.ada, world.company.bo
    assert (await ask(world, ada, "/my-issues")).lines == [NO_ISSUES]
    for title in ("Export fails", "<!channel> & *bold*"):
        await world.raise_issue(ada, world.company.intake, title)
    await world.raise_issue(bo, world.company.intake, "Of Bo")
    word = STATUS_WORDS[Status.OPEN]
    assert (await ask(world, ada, "/my-issues")).lines == [
        YOUR_ISSUES,
        f"• ISS-2026-0002{SEPARATOR}{word}{SEPARATOR}<!channel> & *bold*",
        f"• ISS-2026-0001{SEPARATOR}{word}{SEPARATOR}Export fails",
    ]
    assert (await ask(world, bo, "/my-issues")).lines[1:] == [f"• ISS-2026-0003{SEPARATOR}{word}{SEPARATOR}Of Bo"]


async def test_a_stranger_has_no_issues_and_becomes_nobody_by_asking(world: World) -> None:
    victor = world.company.victor
    assert (await ask(world, victor, "/my-issues")).lines == [NO_ISSUES]
    assert not world.company.slack.calls_of("users.info")
