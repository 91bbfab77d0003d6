"""Fixtures of all tests."""

import gc
import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.logs import configure_logs
from storage.transaction import Database, open_transaction
from tests.databases import Postgres, migrate_aside, running_postgres
from tests.kept import folder_in_memory, kept_database, kept_engine
from tests.kinds import KINDS, leave_out
from tests.statements import watch_everything
from tests.world import World, open_world

# Nothing is proved by how long an example takes, and on a busy machine any may take long.
hypothesis_settings.register_profile("threadline", deadline=None)
hypothesis_settings.load_profile("threadline")


# One that takes so long begins early: at the end, every other worker would have to wait for it.
LONG = (
    *(
        "tests/page/",
        "tests/demo/",
        "tests/sync/",
        "tests/faults/",
        "tests/bench/",
        "tests/storage/test_outbox_model",
    ),
    *("tests/journeys/test_random_", "tests/journeys/test_demo", "tests/journeys/test_stopping"),
    *("tests/handlers/http/test_schemathesis", "tests/bot/delivery/test_linear_talks"),
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let a test that reads the same on either kind of database run on one, unless both are asked for."""
    leave_out(config, items)
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(scope="session", autouse=True)
def less_looking_for_garbage() -> None:
    """Look for garbage seldom: what was imported is none, and a tenth of the time went into looking at it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def logs() -> None:
    """Log as the program does; what is logged during a test is shown by pytest when it fails."""
    configure_logs("DEBUG")


@pytest.fixture(scope="session", autouse=True)
def every_query_carries_the_organization() -> Iterator[None]:
    """Look at every statement of every test; whatever is found fails the session."""
    watch = watch_everything()
    yield
    assert watch.unexcused == {}, "these name no organization: tests/statements.py tells what to do"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    template = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate_aside(f"sqlite:///{template}")
    return template


@pytest.fixture(scope="session")
def quick_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for databases that are lost with the test: in memory, where there is room."""
    with folder_in_memory() as folder:
        yield folder or tmp_path_factory.mktemp("quick")


@pytest.fixture(scope="session")
def new_sqlite(sqlite_template: Path, quick_folder: Path) -> Callable[[], str]:
    """Makes an empty, migrated SQLite database at each call, and returns its address."""
    numbers = itertools.count()

    def make() -> str:
        return f"sqlite:///{shutil.copy(sqlite_template, quick_folder / f'{next(numbers)}.db')}"

    return make


@pytest.fixture(params=KINDS)
async def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated, empty database of either kind, or of the one and the other: tests/kinds.py."""
    return await kept_database(request, request.param)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    async with kept_engine(database_url) as kept:
        yield kept


@pytest.fixture
async def transaction(engine: AsyncEngine) -> AsyncIterator[Database]:
    opened = open_transaction(engine)
    yield opened
    await opened.close()


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    """The whole bot between the sandbox's Slack and Linear, with Acme registered; the worker is drained by hand."""
    async with open_world(database_url) as opened:
        yield opened
