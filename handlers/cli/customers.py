"""``python app.py customers``: the customer records, as a table for people or as JSON for programs."""

import io
import json
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.domain.organizations import Organization
from bot.usecases.customers import NO_ORGANIZATION, list_customers
from handlers.cli.parts import CliParts, printable, run, say
from storage.customers import CustomerFacts

NO_CUSTOMERS = "{name} has no customers yet."
ON, SWITCHED_OFF, NONE = "on", "off", "none"
NAME, EMAIL, SLACK, SINCE, ISSUES, PROFILE = "Customer", "E-mail", "Slack", "Since (UTC)", "Open/all", "Profile"
# What is read by programs and grep has one line for each customer, however long.
UNLIMITED = 10_000
Found = Sequence[tuple[Organization, Sequence[CustomerFacts]]]


class CustomersCommand:
    """The command, with what it needs."""

    def __init__(self, parts: CliParts) -> None:
        self._parts = parts

    def customers(
        self,
        organization: Annotated[str | None, typer.Option(help="Only this one's: its id or slug.")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,  # noqa: FBT002
    ) -> None:
        """Show the customer records: whose, since when, and how many issues."""
        found = run(self._find(organization))
        if as_json:
            say(as_json_text(found))
        elif not found:
            say(NO_ORGANIZATION)
        else:
            terminal = sys.stdout.isatty()
            width = shutil.get_terminal_size().columns if terminal else UNLIMITED
            say(as_tables(found, width=width, styled=terminal))

    async def _find(self, key: str | None) -> Found:
        async with self._parts.transaction() as transaction:
            return await transaction.read(partial(list_customers, key=key))


def as_json_text(found: Found) -> str:
    """Return a JSON list with one object for each customer record; in ASCII, which every pipe carries."""
    records = [_as_object(organization, customer) for organization, customers in found for customer in customers]
    return json.dumps(records, indent=2)


def _as_object(organization: Organization, customer: CustomerFacts) -> dict[str, Any]:
    user = customer.user
    return {
        "id": customer.record_id,
        "organization": {"id": organization.id, "name": organization.name, "slug": organization.slug},
        "user_id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "slack": [{"team_id": each.team_id, "user_id": each.user_id} for each in customer.accounts],
        "since": _iso(customer.since),
        "issues": {"open": customer.open_issues, "all": customer.all_issues},
        "profile": profile_word(customer),
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def profile_word(customer: CustomerFacts) -> str:
    """Return whether this customer can raise issues there: a profile counts only while its user is on, too."""
    if customer.profile_active is None:
        return NONE
    return ON if customer.profile_active and customer.user.active else SWITCHED_OFF


def as_tables(found: Found, *, width: int, styled: bool) -> str:
    """Return a table for each organization, no wider than ``width`` columns; ``styled``: with bold headings."""
    page = io.StringIO()
    console = Console(file=page, width=width, force_terminal=styled, highlight=False, markup=False, emoji=False)
    for number, (organization, customers) in enumerate(found):
        if number:
            console.print()
        name = printable(organization.name)
        if not customers:
            console.print(NO_CUSTOMERS.format(name=name), soft_wrap=True)
            continue
        title = f"{name} ({organization.slug}, id {organization.id})"
        console.print(Text(title, style="bold"), soft_wrap=True)
        table = _wide(customers)
        unlimited = console.options.update(max_width=UNLIMITED)
        fits = console.measure(table, options=unlimited).maximum <= width
        console.print(table if fits else _narrow(customers))
    return "\n".join(line.rstrip() for line in page.getvalue().rstrip().splitlines())


def _wide(customers: Sequence[CustomerFacts]) -> Table:
    """One line for each customer."""
    table = _table(NAME, EMAIL, SLACK, SINCE, ISSUES, PROFILE)
    for each in customers:
        table.add_row(_name(each), _email(each), _slack(each, ", "), *_facts(each))
    return table


def _narrow(customers: Sequence[CustomerFacts]) -> Table:
    """The e-mail under the name, each Slack account in a line of its own, the time under the date."""
    table = _table(f"{NAME}, {EMAIL.lower()}", SLACK, SINCE, ISSUES, PROFILE)
    table.columns[2].max_width = len(SINCE)
    # Each customer takes several lines: an empty one ends it.
    table.padding = (0, 2, 1, 0)
    for each in customers:
        who = [_name(each), _email(each)] if each.user.email else [_name(each)]
        table.add_row(Text("\n").join(who), _slack(each, "\n"), *_facts(each))
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(
            heading,
            overflow="fold",
            no_wrap=heading in {ISSUES, PROFILE},
            min_width=len(heading) if heading in {SINCE, ISSUES, PROFILE} else None,
        )
    return table


def _name(customer: CustomerFacts) -> Text:
    # Text, not str: what somebody typed is shown as it is and styles nothing.
    return Text(printable(customer.user.name))


def _email(customer: CustomerFacts) -> Text:
    return Text(printable(customer.user.email or "-"))


def _slack(customer: CustomerFacts, separator: str) -> Text:
    accounts = [f"{account.team_id}/{account.user_id}" for account in customer.accounts]
    return Text(separator.join(accounts) or "-")


def _facts(customer: CustomerFacts) -> tuple[str, str, str]:
    issues = f"{customer.open_issues}/{customer.all_issues}"
    return f"{customer.since:%Y-%m-%d %H:%M}", issues, profile_word(customer)
