"""The house rules that a machine can hold us to (DESIGN, section 2)."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

import pytest
from graphql import FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports
from packaging.requirements import Requirement

from bot.delivery.linear_documents import FRAGMENTS, documents
from sandbox.linear.schema import executable_schema

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "handlers", "storage", "sandbox")
DOCUMENTS = documents()
PUBLISHED_SCHEMA = ROOT.parent / "shared" / "reference" / "linear" / "schema.graphql"
REQUIREMENTS = sorted(ROOT.glob("requirements*"))
FUNCTION_LINES = 30
FILE_LINES = 300
NINE_IN_TEN = 0.9


def files_of(*places: str) -> list[Path]:
    """Return the Python files of these folders and files, migrations' own left out."""
    found = [
        path
        for place in places
        for path in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
    ]
    return sorted(path for path in found if "versions" not in path.parts and "__pycache__" not in path.parts)


PRODUCT = files_of(*ROOMS, "app.py")
TESTS = files_of("tests")


Looked = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef


@cache
def looked_at(path: Path) -> list[Looked]:
    """Return what of a file is looked at below: to parse a file and to walk it takes longer than all else."""
    tree = ast.parse(path.read_text("utf-8"), str(path))
    return [node for node in ast.walk(tree) if isinstance(node, Looked)]


@cache
def imported(path: Path) -> frozenset[str]:
    """Return the name of every module that a file imports, and of what it takes from one."""
    return frozenset(_imported(path))


def _imported(path: Path) -> Iterator[str]:
    for node in looked_at(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def importers(module: str, paths: list[Path]) -> list[str]:
    """Return the files that import a module or anything within it."""
    return [
        str(path.relative_to(ROOT))
        for path in paths
        if any(name == module or name.startswith(f"{module}.") for name in imported(path))
    ]


def test_there_is_something_to_look_at() -> None:
    for room in ROOMS:
        assert files_of(room), room
    assert DOCUMENTS
    assert len(REQUIREMENTS) == 4
    assert importers("storage.tables", files_of("storage"))
    assert importers("app", TESTS)


def test_imports_go_one_way(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    status = lint_imports(str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_every_room_is_under_the_contracts() -> None:
    folders = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    assert folders == set(ROOMS)


def test_nobody_but_the_tests_imports_the_composition_root() -> None:
    assert importers("app", PRODUCT) == []


def test_only_storage_touches_the_tables() -> None:
    outside = [path for path in PRODUCT if "storage" not in path.relative_to(ROOT).parts]
    assert importers("storage.tables", outside) == []


def test_only_storage_writes_sql() -> None:
    outside = [path for path in PRODUCT if path.relative_to(ROOT).parts[0] in {"bot", "handlers"}]
    for maker in ("select", "insert", "update", "delete", "text"):
        assert importers(f"sqlalchemy.{maker}", outside) == []


def test_nothing_is_mocked() -> None:
    for module in ("unittest.mock", "mock", "pytest_mock"):
        assert importers(module, [*PRODUCT, *TESTS]) == []


def test_imports_are_absolute() -> None:
    relative = [
        str(path)
        for path in [*PRODUCT, *TESTS]
        for node in looked_at(path)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_files_are_short() -> None:
    lines = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in [*PRODUCT, *TESTS]}
    assert {name: count for name, count in lines.items() if count > FILE_LINES} == {}


def test_nine_functions_in_ten_are_short() -> None:
    lengths = sorted(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for path in PRODUCT
        for node in looked_at(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert lengths[int(len(lengths) * NINE_IN_TEN)] < FUNCTION_LINES


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"(?:^|\s)#.*\b(TODO|FIXME|XXX|HACK)\b")
    left = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in [*PRODUCT, *TESTS]
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert left == []


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_pins_name_no_address_of_a_registry(path: Path) -> None:
    for line in path.read_text("utf-8").splitlines():
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links|--trusted-host|(^|\s)-[if]\s", line), (
            line
        )


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_pin_has_its_hashes_and_every_wish_its_pin(name: str) -> None:
    pinned = re.findall(
        r"^([\w.-]+)(?:\[[\w,-]+\])?==\S+.*\\\n    --hash=", (ROOT / f"{name}.txt").read_text("utf-8"), re.MULTILINE
    )
    everything = re.findall(r"^[\w.-]+(?=\S*==)", (ROOT / f"{name}.txt").read_text("utf-8"), re.MULTILINE)
    assert pinned == everything
    wished = re.findall(r"^[A-Za-z][\w.-]*", (ROOT / f"{name}.in").read_text("utf-8"), re.MULTILINE)
    assert {_normal(wish) for wish in wished} <= {_normal(pin) for pin in pinned}


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_an_extra_that_a_package_asks_for_is_pinned_with_it(name: str) -> None:
    # Else pip 23.2 takes the newest version of `package[extra]`, whatever `package` is pinned to, and then misses
    # its hash: the installation fails from the day on which that package's next version appears.
    pins = [Requirement(line.split(" \\")[0]) for line in _pins(name)]
    extras = {_normal(pin.name): pin.extras for pin in pins}
    for pin in pins:
        if pin.marker is not None and not pin.marker.evaluate():
            continue
        for wish in map(Requirement, distribution(pin.name).requires or []):
            if any(wish.marker is None or wish.marker.evaluate({"extra": extra}) for extra in pin.extras | {""}):
                assert wish.extras <= extras.get(_normal(wish.name), wish.extras), f"{pin.name} asks for {wish}"


def _pins(name: str) -> list[str]:
    return re.findall(r"^[A-Za-z].*==.*", (ROOT / f"{name}.txt").read_text("utf-8"), re.MULTILINE)


def _normal(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


@pytest.fixture(scope="session")
def published_schema() -> GraphQLSchema:
    """Linear's whole schema, which takes seconds to read."""
    if not PUBLISHED_SCHEMA.exists():
        pytest.skip("Linear's published schema is not beside this clone, so there is nothing to hold to.")
    return build_schema(PUBLISHED_SCHEMA.read_text("utf-8"), assume_valid=True, no_location=True)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_we_ask_linear_fits_the_sandbox(name: str) -> None:
    assert validate(executable_schema(), parse(DOCUMENTS[name])) == []


def test_what_we_ask_linear_fits_its_published_schema(published_schema: GraphQLSchema) -> None:
    found = {name: validate(published_schema, parse(text)) for name, text in DOCUMENTS.items()}
    assert {name: errors for name, errors in found.items() if errors} == {}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_document_is_one_operation_named_like_its_file(name: str) -> None:
    operation, *shared = parse(DOCUMENTS[name]).definitions
    assert isinstance(operation, OperationDefinitionNode)
    assert operation.name is not None
    assert operation.name.value == name
    assert all(isinstance(one, FragmentDefinitionNode) for one in shared)


def test_every_fragment_is_shared_and_named_like_its_file() -> None:
    for path in FRAGMENTS.glob("*.graphql"):
        (fragment,) = parse(path.read_text("utf-8")).definitions
        assert isinstance(fragment, FragmentDefinitionNode)
        assert fragment.name.value == path.stem
        assert sum(f"...{path.stem}" in text for text in DOCUMENTS.values()) > 1


def test_every_document_is_asked() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in files_of("bot"))
    assert [name for name in DOCUMENTS if f'"{name}"' not in sources] == []
