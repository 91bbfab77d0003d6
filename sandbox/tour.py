"""A short play for the terminal: two customers raise issues, and one sees what came of it."""

import textwrap
from collections.abc import Callable

from sandbox.company import Company
from sandbox.linear.reading import as_text as linear_text
from sandbox.slack import Channel, Person, User
from sandbox.slack.reading import view_as_text

Say = Callable[[str], None]

WELCOME = """\
Threadline, on this machine alone: a sandbox's Slack and Linear, and the real bot between them.
  Slack   {slack}/_/state
  Linear  {linear}
  bot     {bot}/readyz
Acme is registered. Vera owns it; Ada and Bo are its customers.
"""
TITLES = ("Export to CSV fails", "Can we get invoices as PDF?")


async def play(company: Company, bot_url: str, say: Say) -> None:
    """Let two customers raise an issue each through the bot at ``bot_url``, and print what everyone sees."""
    say(WELCOME.format(slack=company.slack.base_url, linear=company.linear_url, bot=bot_url))
    ada = await _open_form(company, company.ada, TITLES[0], say)
    ada.fill("Description", "Since this morning the export stops at 500 rows.\nI tried <Safari> & *Firefox*.")
    ada.choose("Priority", "High")
    ada.choose("Category", "Bug")
    await _submit(company, ada, say)
    bo = await _open_form(company, company.bo, TITLES[1], say)
    bo.choose("Category", "Billing")
    await _submit(company, bo, say)
    await company.slack.wait_until(lambda: _slack_tells_all(company), seconds=30)
    await company.linear.wait_until(lambda: all(issue.attachments for issue in company.linear.issues()), seconds=30)
    await company.slack.quiet()
    show(company, say)


async def _open_form(company: Company, user: User, title: str, say: Say) -> Person:
    person = company.slack.as_user(user)
    say(f"> {user.first_name} types in #{company.intake.name}:  /raise-issue {title}")
    outcome = await person.slash(company.intake, "/raise-issue", title)
    view = person.modal
    if view is None:
        raise RuntimeError(f"no form opened: {outcome}")
    first = view.hash
    await company.slack.wait_until(lambda: view.hash != first)
    return person


async def _submit(company: Company, person: Person, say: Say) -> None:
    if person.modal is None:
        raise RuntimeError("the form is gone")
    say(_box(view_as_text(person.modal, company.slack.names())))
    say("> presses Raise, and reads:")
    result = await person.submit()
    if result.errors or person.modal is None:
        raise RuntimeError(f"not raised: {result}")
    say(_box(view_as_text(person.modal, company.slack.names())))


def _slack_tells_all(company: Company) -> bool:
    """Tell whether both issues have their threads, and their place in Linear stands in the triage channel."""
    issues = company.linear.issues()
    triage = [company.slack.as_text(message) for message in company.slack.messages(company.triage)]
    told = [message for message in company.slack.messages(company.intake) if company.slack.replies(message)]
    linked = all(any(issue.identifier in text for text in triage) for issue in issues)
    return linked and len(issues) == len(told) == len(TITLES)


def show(company: Company, say: Say) -> None:
    """Print the two channels with their threads, and Linear's issues."""
    _show_channel(company, company.intake, "where customers raise issues", say)
    _show_channel(company, company.triage, "where the vendor's people work", say)
    say(_heading("Linear", "where engineers work"))
    for issue in company.linear.issues():
        say(textwrap.indent(linear_text(issue), "  ") + "\n")


def _show_channel(company: Company, channel: Channel, what: str, say: Say) -> None:
    say(_heading(f"#{channel.name}", what))
    for message in company.slack.messages(channel):
        if message.subtype is None and not message.is_reply:
            say(textwrap.indent(company.slack.as_text(message), "  "))
            for reply in company.slack.replies(message):
                say(textwrap.indent(company.slack.as_text(reply), "    | "))
            say("")


def _heading(name: str, what: str) -> str:
    return f"{name}  ({what})\n{'-' * 60}"


def _box(text: str) -> str:
    return textwrap.indent(text, "    ") + "\n"
