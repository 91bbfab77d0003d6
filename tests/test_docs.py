"""What is written for people is held to what the program does."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
import typer
from graphql import OperationDefinitionNode, parse
from pydantic_core import PydanticUndefined

import app
from bot.delivery.linear_documents import documents
from bot.settings import Settings
from bot.version import VERSION
from sandbox.linear.complexity import LARGEST_QUERY, Estimate
from sandbox.linear.schema import executable_schema

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
CHANGELOG = ROOT / "CHANGELOG.md"
DECISIONS = ROOT / "docs" / "decisions"
DECISION_HEADINGS = ("Context", "Decision", "Consequences", "Alternatives")


def section(text: str, heading: str) -> str:
    """Return what stands under a heading, up to the next one of its rank."""
    _, found, rest = text.partition(f"\n{heading}\n")
    assert found, f"there is no heading {heading!r}"
    return rest.partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of a Markdown table's rows, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def default_in_words(name: str) -> str:
    default = Settings.model_fields[name].default
    if default is PydanticUndefined:
        return "required"
    return "unset" if default is None else f"`{default}`"


def test_the_readmes_table_of_settings_is_the_settings() -> None:
    table = rows(section(README.read_text("utf-8"), "## Settings"))
    assert table == [
        [f"`{name.upper()}`", default_in_words(name), field.description]
        for name, field in Settings.model_fields.items()
    ]


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_readme_names_the_two_commands_to_begin_with(command: str) -> None:
    assert command in README.read_text("utf-8")


def commands_of_the_program() -> set[str]:
    group = typer.main.get_command(app.cli)
    assert isinstance(group, typer.core.TyperGroup)
    return set(group.commands)


@pytest.mark.parametrize("path", [README, CHANGELOG, *sorted(DECISIONS.glob("*.md"))], ids=lambda path: path.name)
def test_every_command_that_is_written_down_exists(path: Path) -> None:
    text = path.read_text("utf-8")
    told = set(re.findall(r"python app\.py ([a-z][a-z-]*)", text))
    assert told <= commands_of_the_program()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^    )make ([a-z-]+)", text, re.MULTILINE)) <= targets


def test_the_readme_tells_how_the_bot_is_started() -> None:
    assert "python app.py serve" in README.read_text("utf-8")


@pytest.mark.parametrize("path", [README, CHANGELOG], ids=lambda path: path.name)
def test_every_file_that_is_named_exists(path: Path) -> None:
    linked = re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text("utf-8"))
    assert [name for name in linked if not (ROOT / name).exists()] == []


def test_the_version_is_the_same_everywhere() -> None:
    headings = re.findall(r"^## \[?v?(\d+\.\d+\.\d+)", CHANGELOG.read_text("utf-8"), re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert headings[0] == VERSION == project["version"]


def test_versions_go_up() -> None:
    headings = re.findall(r"^## \[?v?(\d+)\.(\d+)\.(\d+)", CHANGELOG.read_text("utf-8"), re.MULTILINE)
    versions = [tuple(map(int, heading)) for heading in headings]
    assert all(newer > older for newer, older in pairwise(versions))


def test_decisions_are_numbered_without_a_gap() -> None:
    names = sorted(path.name for path in DECISIONS.iterdir())
    assert names
    assert all(re.fullmatch(r"\d{4}-[a-z0-9]+(-[a-z0-9]+)*\.md", name) for name in names), names
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


@pytest.mark.parametrize("path", sorted(DECISIONS.glob("*.md")), ids=lambda path: path.name)
def test_a_decision_has_its_number_and_its_four_parts(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith(f"# {path.name[:4]}: ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == list(DECISION_HEADINGS)


def test_what_linear_is_asked_costs_what_is_written_down(capsys: pytest.CaptureFixture[str]) -> None:
    told = {name: int(points) for name, points in rows((ROOT / "docs" / "linear.md").read_text("utf-8"))}
    costs = {name: _points(text) for name, text in documents().items()}
    with capsys.disabled():
        print(f"\nLinear, points of the dearest question: {max(costs.values())} of {LARGEST_QUERY}")  # noqa: T201
    assert told == costs
    assert max(costs.values()) < LARGEST_QUERY / 10


def _points(text: str) -> int:
    document, schema = parse(text), executable_schema()
    [operation] = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    return Estimate(schema, document, {}).points(operation)
