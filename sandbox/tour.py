"""A short play for the terminal: a company registers, a customer raises an issue, and it is solved."""

import textwrap

from sandbox.company import Company
from sandbox.stage import PATIENCE, Say, Stage

WELCOME = """\
Threadline, on this machine alone: a sandbox's Slack and Linear, and the real bot between them.
  Slack   {slack}/_/state
  Linear  {linear}
  bot     {bot}/readyz
"""
TITLES = ("Export to CSV fails", "Can we get invoices as PDF?")


async def play(company: Company, bot_url: str, say: Say) -> None:
    """Play the whole way through the bot at ``bot_url``, and print what everyone sees."""
    say(WELCOME.format(slack=company.slack.base_url, linear=company.linear_url, bot=bot_url))
    stage = Stage(company, say, TITLES[0])
    stage.act("Vera registers her company, and says where it works")
    await register_acme(stage)
    await _raise(stage)
    await _work(stage)
    await _confirm(stage)
    stage.show()


async def register_acme(stage: Stage) -> None:
    """Let Vera register Acme, say what its two channels are for, and that Victor is a vendor."""
    company = stage.company
    vera = stage.person(company.vera)
    await stage.command(vera, company.intake, "/threadline register", filled=False)
    vera.fill("Organization", "Acme")
    await stage.submit(vera)
    for channel, purpose in (
        (company.intake, "Customers raise issues here"),
        (company.triage, "Your team works on issues here"),
    ):
        vera = stage.person(company.vera)
        await stage.command(vera, channel, "/threadline link-channel")
        vera.choose("What is this channel for?", purpose)
        vera.choose("Who sees the issues that are raised here?", "Everyone in this channel")
        await stage.submit(vera)
    vera = stage.person(company.vera)
    await stage.command(vera, company.triage, "/threadline people")
    vera.choose("Person", company.victor)
    vera.choose("What they are to be", "Vendor")
    await stage.submit(vera)


async def _raise(stage: Stage) -> None:
    company = stage.company
    stage.act("Ada and Bo, two customers, raise an issue each")
    ada = stage.person(company.ada)
    await stage.command(ada, company.intake, f"/raise-issue {TITLES[0]}")
    ada.fill("Description", "Since this morning the export stops at 500 rows.\nI tried <Safari> & *Firefox*.")
    ada.choose("Priority", "High")
    ada.choose("Category", "Bug")
    await stage.submit(ada)
    bo = stage.person(company.bo)
    await stage.command(bo, company.intake, f"/raise-issue {TITLES[1]}")
    bo.choose("Category", "Billing")
    await stage.submit(bo)


async def _work(stage: Stage) -> None:
    company = stage.company
    stage.act("Victor, a vendor, works on it")
    for label in ("Claim", "Start"):
        await stage.press(company.victor, company.triage, label)
    await stage.told(company.triage, "started")
    await stage.reply(company.victor, company.triage, "The new parser counts the header twice.")
    await stage.reply(company.victor, company.triage, "@customer Found it, a fix is on its way.")
    await stage.told(company.intake, "Found it")
    await stage.reply(company.ada, company.intake, "Thank you, that was quick!")
    await stage.told(company.triage, "that was quick")
    await stage.press(company.victor, company.triage, "Resolve")


async def _confirm(stage: Stage) -> None:
    company = stage.company
    stage.act("Ada confirms")
    bo = stage.person(company.bo)
    message = await stage.with_button(company.intake, "Confirm solved")
    stage.say("> Bo presses Confirm solved, and reads:")
    await bo.press(message, "Confirm solved")
    stage.say(textwrap.indent(stage.text(bo.ephemerals[-1]), "    ") + "\n")
    await stage.press(company.ada, company.intake, "Confirm solved")
    stage.say("")
    await stage.told(company.triage, "confirmed")
    await stage.told(company.intake, "confirmed")
    await stage.with_button(company.triage, "Reopen")
    await company.linear.wait_until(lambda: _in_linear(company), seconds=PATIENCE)
    await company.slack.quiet()


def _in_linear(company: Company) -> bool:
    """Tell whether Linear has both issues, with the links back."""
    issues = company.linear.issues()
    return len(issues) == len(TITLES) and all(issue.attachments for issue in issues)
