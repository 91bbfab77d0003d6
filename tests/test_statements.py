"""What looks at every statement of every test sees what it should."""

import importlib

import pytest
from sqlalchemy import event, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from storage import browsing, organizations, tables
from storage.transaction import Transaction
from tests.statements import EXCEPTIONS, TENANTS, Watch, lacks_organization

GOOD = [
    "SELECT issue.id FROM issue WHERE issue.organization_id = ? AND issue.id = ?",
    "SELECT issue.id FROM issue WHERE issue.id = $1::INTEGER AND issue.organization_id = $2::INTEGER",
    "UPDATE organization SET name=? WHERE organization.id = ?",
    "INSERT INTO issue (organization_id) VALUES (?) RETURNING id",
    "INSERT INTO profile (id) VALUES (?) ON CONFLICT (user_id, organization_id, kind) DO UPDATE SET active = ?",
    "SELECT crm_user.id FROM crm_user WHERE crm_user.email = ?",
    "SELECT issue.id FROM given LEFT OUTER JOIN issue ON issue.organization_id = given.organization_id",
]
BAD = [
    "SELECT issue.id FROM issue",
    "SELECT issue.organization_id = ? FROM issue WHERE issue.id = ?",
    "SELECT issue.id FROM issue JOIN organization ON organization.id = issue.organization_id WHERE issue.id = ?",
    "SELECT crm_user.id FROM crm_user JOIN profile ON profile.user_id = crm_user.id WHERE crm_user.email = ?",
    "UPDATE issue SET organization_id=? WHERE issue.id = ?",
    "DELETE FROM comment WHERE comment.id = $1::INTEGER",
    "SELECT issue.id FROM given JOIN issue ON issue.raise_key = given.raise_key",
    "INSERT INTO file_copy (organization_id) VALUES (?) ON CONFLICT (file_id) DO UPDATE SET slack_file_id = ?",
]


@pytest.mark.parametrize("statement", GOOD)
def test_a_statement_that_names_the_organization_is_good(statement: str) -> None:
    assert not lacks_organization(statement)


@pytest.mark.parametrize("statement", BAD)
def test_a_statement_that_reaches_everybodys_rows_is_found(statement: str) -> None:
    assert lacks_organization(statement)


def test_the_tables_of_organizations_are_known() -> None:
    assert {"organization", "issue", "comment", "profile", "channel_link", "api_token", "lane"} <= TENANTS
    assert not TENANTS & {"crm_user", "slack_identity", "inbox"}


async def test_it_is_told_which_function_ran_a_statement(transaction: Transaction, engine: AsyncEngine) -> None:
    watch = Watch()
    event.listen(engine.sync_engine, "before_cursor_execute", watch.look)

    async def own(session: AsyncSession) -> None:
        await session.execute(update(tables.Issue).values(title="A test's own"))

    await transaction.read(organizations.all_organizations)
    await transaction.write(own)
    assert list(watch.found) == ["organizations.all_organizations"]
    assert not watch.unexcused


@pytest.mark.parametrize("function", EXCEPTIONS)
def test_every_exception_is_a_function_of_ours(function: str) -> None:
    module, _, name = function.partition(".")
    assert callable(getattr(importlib.import_module(f"{browsing.__package__}.{module}"), name))
