"""The operators' tools as they are run, where the database makes no difference."""

import asyncio
import fcntl
import json
import os
import pty
import struct
import sys
import termios
from functools import partial

import pytest
from rich.cells import cell_len

from bot.domain.people import IdentityRule, SlackAccount
from bot.usecases.check_organization import MARK, PLAN, SWEEP, SWEPT
from bot.usecases.check_setup import INTAKE, LINK_INTAKE
from bot.usecases.customers import NO_ORGANIZATION, NOT_THERE
from bot.usecases.findings import counted
from handlers.cli.customers import NO_CUSTOMERS
from handlers.cli.verify import NOT_DONE, NOT_WELL
from storage import inbox, people
from storage.transaction import Database
from tests.bot.usecases.town import DESK, HELP, channel, counts, link, meet, raise_one, register
from tests.handlers.cli.typed import typed
from tests.process import ROOT, command, command_environment
from tests.storage.seeds import NOW


@pytest.fixture
async def acme(transaction: Database) -> int:
    """Acme with its channels, and Ada, who raised an issue."""
    acme = (await register(transaction)).organization_id
    await link(transaction, channel(acme, HELP))
    await link(transaction, channel(acme, DESK, intake=False, triage=True))
    await raise_one(transaction, acme)
    return acme


async def test_the_customers_as_json(acme: int, database_url: str) -> None:
    ended = await typed("customers", "--organization", str(acme), "--json", database_url=database_url)
    assert (ended.exit_code, ended.stderr) == (0, "")
    [ada] = json.loads(ended.stdout)
    assert (ada["email"], ada["since"], ada["issues"]) == (
        "ada@customer.example",
        "2026-11-22T12:00:00Z",
        {"open": 1, "all": 1},
    )


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("tool", [("customers",), ("verify", "--yes")])
async def test_an_organization_that_is_not_there_is_said_on_stderr(
    database_url: str, tool: tuple[str, ...]
) -> None:
    ended = await typed(*tool, "--organization", "globex", database_url=database_url)
    sentence = NOT_THERE.format(key="globex", known="acme")
    assert (ended.exit_code, ended.stdout, ended.stderr) == (1, "", sentence + "\n")


async def test_where_nothing_is_registered_that_is_said(database_url: str) -> None:
    ended = await typed("customers", database_url=database_url)
    assert (ended.exit_code, ended.stdout, ended.stderr) == (0, NO_ORGANIZATION + "\n", "")
    ended = await typed("customers", "--json", database_url=database_url)
    assert (ended.exit_code, json.loads(ended.stdout)) == (0, [])


@pytest.mark.usefixtures("acme")
async def test_in_a_pipe_a_customer_s_line_is_as_long_as_it_needs(transaction: Database, database_url: str) -> None:
    ada = (await meet(transaction)).id
    other = SlackAccount("T024BE7LD1", "U" * 40)
    know = partial(people.add_identity, account=other, user_id=ada, rule=IdentityRule.NEW, now=NOW)
    await transaction.write(know)
    ended = await typed("customers", database_url=database_url)
    _, _, line = ended.stdout.splitlines()
    assert len(line) > 80
    assert f"{other.team_id}/{other.user_id}, T1/UADA  " in line


@pytest.mark.usefixtures("acme")
async def test_a_pipe_that_only_takes_ascii_gets_question_marks(transaction: Database, database_url: str) -> None:
    await register(transaction, "Söhne")
    ended = await typed("customers", database_url=database_url, charset="ascii")
    assert ended.exit_code == 0
    assert NO_CUSTOMERS.format(name="S?hne") in ended.stdout


@pytest.mark.usefixtures("acme")
async def test_in_a_terminal_of_eighty_columns_the_table_is_bold_and_fits(database_url: str) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "app.py", "customers"),
        cwd=ROOT,
        env={**command_environment({"database_url": database_url}), "TERM": "xterm"},
        stdout=theirs,
    )
    assert await process.wait() == 0
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "\x1b[1m" in shown
    plain = shown.replace("\x1b[1m", "").replace("\x1b[0m", "")
    assert "\x1b" not in plain
    assert "ada@customer.example" in plain
    assert all(cell_len(line) <= 80 for line in plain.splitlines())


@pytest.mark.usefixtures("acme")
async def test_a_check_begins_when_it_is_told_to(transaction: Database, database_url: str) -> None:
    key = f"{MARK}left"
    await transaction.write(partial(inbox.is_news, key=key, now=NOW))
    for stdin in ("", "n\n"):
        ended = await typed("verify", "--organization", "acme", database_url=database_url, stdin=stdin)
        assert ended.exit_code == 1
        assert PLAN[0] in ended.stdout
        assert ended.stderr.endswith(f"{NOT_DONE}\n")
    assert (await counts(transaction))["inbox"] == 1
    ended = await typed("verify", "--organization", "acme", database_url=database_url, stdin="y\n")
    assert ended.exit_code == 0
    assert f"{SWEEP}: {SWEPT.format(rows=counted(1, 'row'))}" in ended.stdout
    assert (await counts(transaction))["inbox"] == 0


@pytest.mark.usefixtures("acme")
async def test_the_log_of_a_check_is_shown_when_it_is_asked_for(database_url: str) -> None:
    loud = ("verify", "--organization", "acme", "--yes", "--log-level", "info")
    ended = await command(*loud, database_url=database_url)
    assert "Customer issue raise request from slack:threadline-check/" in ended.err
    assert "raise request" not in ended.out


async def test_what_is_missing_ends_a_check_with_code_one_and_its_fix(
    transaction: Database, database_url: str
) -> None:
    await register(transaction)
    ended = await typed("verify", "--organization", "acme", "--yes", database_url=database_url)
    assert ended.exit_code == 1
    assert f"failed   {INTAKE}: " in ended.stdout
    assert LINK_INTAKE in ended.stdout
    assert ended.stdout.endswith(NOT_WELL.format(failed=1, all=len(PLAN)) + "\n")
