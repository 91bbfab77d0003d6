"""data_visualization blocks: what Slack takes, and how they read."""

from typing import Any

import pytest

from sandbox.slack.blocks import Surface, check
from sandbox.slack.chart_table import MAX_CHARTS
from sandbox.slack.reading import block_as_text
from tests.sandbox.slack.office import Json

DAYS = ["Mon", "Tue"]


def points(*labels: str) -> list[Json]:
    return [{"label": label, "value": number} for number, label in enumerate(labels)]


def series(name: str = "Raised", *labels: str) -> Json:
    return {"name": name, "data": points(*(labels or DAYS))}


def chart(kind: str = "bar", title: str = "Issues", **more: Any) -> Json:
    plotted = {"series": [series()], "axis_config": {"categories": DAYS}}
    return {"type": "data_visualization", "title": title, "chart": {"type": kind, **plotted, **more}}


def pie(*segments: Json) -> Json:
    return {"type": "data_visualization", "title": "Shares", "chart": {"type": "pie", "segments": list(segments)}}


@pytest.mark.parametrize(
    "block",
    [
        *(chart(kind) for kind in ("bar", "line", "area")),
        chart(series=[series(f"s{n}") for n in range(6)]),
        chart(title="x" * 50),
        pie(*points(*"abcdef")),
    ],
)
@pytest.mark.parametrize("surface", ["message", "home"])
def test_a_chart_that_slack_takes(block: Json, surface: Surface) -> None:
    assert check([block], surface) == []


@pytest.mark.parametrize(
    "block",
    [
        chart("donut"),
        chart(title=""),
        chart(title="x" * 51),
        chart(series=[]),
        chart(series=[series(f"s{n}") for n in range(7)]),
        chart(series=[series("same"), series("same")]),
        chart(series=[series("s", "Mon")]),
        chart(series=[series("s", "Tue", "Mon")]),
        chart(series=[{"name": "s", "data": [{"label": "Mon", "value": "1"}, {"label": "Tue", "value": True}]}]),
        chart(series=3),
        chart(axis_config={}),
        pie(),
        pie(*points(*"abcdefg")),
    ],
)
def test_a_chart_that_slack_refuses(block: Json) -> None:
    assert check([block], "message")


def test_a_chart_stands_in_messages_only_a_few_times_and_in_no_modal() -> None:
    assert check([chart()] * MAX_CHARTS, "message") == []
    assert check([chart()] * (MAX_CHARTS + 1), "message")
    assert check([chart()], "modal")


def test_a_chart_reads_as_its_title_and_values() -> None:
    assert block_as_text(chart()) == "[chart: Issues]\nRaised: Mon 0, Tue 1"
    assert block_as_text(pie(*points("a", "b"))) == "[chart: Shares]\na 0, b 1"
