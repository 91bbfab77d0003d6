"""What a data_visualization block may hold (docs.slack.dev/reference/block-kit/blocks/data-visualization-block)."""

from collections.abc import Iterator
from typing import Any

from sandbox.slack.element_table import TYPE
from sandbox.slack.shapes import Problem, Rule, array, by_type, shape, string

# Of a message; from the docs of the community's libraries (slack-morphism), not from a refusal that was seen.
MAX_CHARTS = 2
MAX_SERIES, MAX_SEGMENTS = 6, 6
_MANY = 1000


def _number(value: Any, at: str) -> Iterator[Problem]:
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield Problem(at, "must provide a number")


def _points_for_each_category(chart: Any, at: str) -> Iterator[Problem]:
    """Each series has one point for each category, in the same order; their names differ."""
    axis, series = chart.get("axis_config"), chart.get("series")
    if (
        not isinstance(axis, dict)
        or not isinstance(series, list)
        or not all(isinstance(one, dict) for one in series)
    ):
        return
    for number, one in enumerate(series):
        points = one.get("data")
        labels = (
            [point.get("label") for point in points if isinstance(point, dict)] if isinstance(points, list) else []
        )
        if labels != axis.get("categories"):
            yield Problem(f"{at}/series/{number}/data", "labels must match axis_config.categories")
    names = [str(one.get("name")) for one in series]
    if len(set(names)) < len(names):
        yield Problem(f"{at}/series", "names must be unique")


_POINT = shape({"label": string(), "value": _number}, {})
_SERIES = shape({"name": string(), "data": array(_POINT, 1, _MANY)}, {})
_AXIS = shape({"categories": array(string(), 1, _MANY)}, {"x_label": string(), "y_label": string()})
_PLOTTED: Rule = shape(
    {**TYPE, "series": array(_SERIES, 1, MAX_SERIES), "axis_config": _AXIS}, {}, _points_for_each_category
)

CHARTS: Rule = by_type(
    {
        "pie": shape({**TYPE, "segments": array(_POINT, 1, MAX_SEGMENTS)}, {}),
        "bar": _PLOTTED,
        "line": _PLOTTED,
        "area": _PLOTTED,
    }
)
