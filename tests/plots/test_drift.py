"""The picture of a report: the worst column first, nothing overlaps, every text is on the page."""

from __future__ import annotations

import io

import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib")

from matplotlib.colors import to_hex  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.text import Text  # noqa: E402

import kullback as kl  # noqa: E402
from kullback.plots.drift import contributions, drift  # noqa: E402
from support.drifting import month, planted  # noqa: E402


def report_of(rows: int = 2000) -> kl.monitoring.report.DriftReport:
    before, now = month(1, rows), month(2, rows)
    planted(now)
    return kl.drift(before, now)


def check_page(figure: Figure) -> None:
    figure.draw_without_rendering()
    texts = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    boxes = [text.get_window_extent().extents for text in texts]
    left, low, right, high = np.array(boxes).T
    assert min(left.min(), low.min()) >= 0
    assert right.max() <= figure.bbox.x1
    assert high.max() <= figure.bbox.y1
    across = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    up = np.minimum.outer(high, high) - np.maximum.outer(low, low)
    overlap = np.minimum(across, up)
    np.fill_diagonal(overlap, 0)
    assert overlap.max() < 2, [texts[i].get_text() for i in np.argwhere(overlap >= 2)[0]]


def names_of(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_the_worst_column_stands_first_and_drifted_ones_are_marked() -> None:
    report = report_of()
    figure = drift(report, title="May against April")
    names = names_of(figure)
    assert names == [column.name for column in report.worst_first()]
    assert names[0] == "discount"
    dots = figure.axes[0].collections[0]
    colours = [to_hex(colour) for colour in dots.get_facecolors()]
    drifted = [column.drifted for column in report.worst_first()]
    assert [colour == "#d9762b" for colour in colours] == drifted
    noise = [bar.get_width() for bar in figure.axes[0].patches]
    assert noise == [column.noise for column in report.worst_first()]
    check_page(figure)


def test_the_worst_bins_are_those_that_contribute_most() -> None:
    report = report_of()
    for column in report:
        parts = contributions(column)
        assert (parts >= 0).all()
        assert np.sqrt(parts.sum() / np.log(2)) == pytest.approx(column.js_distance, abs=1e-12)
    country = next(
        axes for axes in drift(report).axes[1:] if axes.texts[0].get_text().startswith("country")
    )
    assert country.texts[1].get_text() == "ES"


@pytest.mark.parametrize("columns", [1, 3, 80])
@pytest.mark.parametrize("length", [1, 70])
def test_nothing_overlaps(columns: int, length: int) -> None:
    rng = np.random.default_rng(columns)
    before, now = (
        {f"{i}" + "wide name " * (length // 10): rng.normal(shift, 1, 400) for i in range(columns)}
        for shift in (0, 0.5)
    )
    words = [f"{i} " + "W" * length for i in range(9)]
    before["words"], now["words"] = rng.choice(words[:8], 400), rng.choice(words[1:], 400)
    before["gone"] = now["new"] = [1.0]
    before = {name: list(x) + [None] * (400 - len(x)) for name, x in before.items()}
    now = {name: list(x) + [None] * (400 - len(x)) for name, x in now.items()}
    check_page(drift(kl.drift(before, now), title="a title " * length))


def test_reports_with_nothing_to_tell_are_drawn() -> None:
    steady = {"a": [1, 2, 3], "b": ["x", "y", "$x$"]}
    for current in (steady, {"a": [], "b": []}, {"c": [1]}):
        drift(kl.drift(steady, current)).savefig(io.BytesIO())
    with pytest.raises(ValueError, match="no columns"):
        drift(kl.drift(kl.drift({"a": [1]}, {"a": [1]}).bins | {"columns": []}, {}))


def test_columns_that_are_not_shown_are_said() -> None:
    table = {f"{i}": [i, 1] for i in range(9)}
    figure = drift(kl.drift(table, table), columns=4)
    assert len(names_of(figure)) == 4
    assert any("5 columns" in text.get_text() for text in figure.texts)
