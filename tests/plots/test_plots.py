"""Heat maps: nothing overlaps, everything is on the page, and the order is that of the tree."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

matplotlib = pytest.importorskip("matplotlib")

from matplotlib.figure import Figure  # noqa: E402

from kullback.plots.drawing import shrink, tree_of  # noqa: E402
from kullback.plots.heat_maps import heat_map, heat_map_between  # noqa: E402


def distances(n: int, m: int | None = None) -> NDArray[np.float64]:
    rng = np.random.default_rng(n)
    x = rng.random((n, 4))
    y = x if m is None else rng.random((m, 4))
    result: NDArray[np.float64] = np.abs(x[:, None] - y[None]).sum(axis=2)
    return result


def rows_of(figure: Figure) -> NDArray[np.uint8]:
    """The colours of the image, (rows, columns, 4)."""
    image = np.asarray(figure.axes[0].images[0].get_array())
    return np.round(255 * image).astype(np.uint8)


def check_page(figure: Figure) -> None:
    """Every text is on the page, and no two overlap; the colour bar with its numbers is one."""
    figure.draw_without_rendering()
    image, bar = figure.axes[0], figure.axes[1]
    texts = [text for text in (*figure.texts, *image.texts) if text.get_text()]
    boxes = [text.get_window_extent() for text in texts] + [bar.get_tightbbox()]
    left, low, right, high = np.array([box.extents for box in boxes]).T
    assert min(left.min(), low.min()) >= 0
    assert right.max() <= figure.bbox.x1
    assert high.max() <= figure.bbox.y1
    across = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    up = np.minimum.outer(high, high) - np.maximum.outer(low, low)
    overlap = np.minimum(across, up)
    np.fill_diagonal(overlap, 0)
    assert overlap.max() < 1, [texts[i].get_text() for i in np.argwhere(overlap >= 1)[0]]


@pytest.mark.parametrize("n", [1, 2, 3, 17, 40, 90, 120, 300])
@pytest.mark.parametrize("length", [3, 200])
def test_nothing_overlaps(n: int, length: int) -> None:
    labels = [f"{i}" + "Wide name/" * (length // 10) + f"{i}" for i in range(n)]
    check_page(heat_map(distances(n), labels, title="a title " * (length // 5), unit="js, bits"))


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (200, 3), (60, 9)])
def test_nothing_overlaps_between(shape: tuple[int, int]) -> None:
    check_page(heat_map_between(distances(*shape), title="KL of rows from columns"))


def test_many_rows_become_an_image_that_fits() -> None:
    figure = heat_map(distances(1700))
    rows, columns, _ = rows_of(figure).shape
    assert rows == columns < 1700
    labels = [text for text in figure.axes[0].texts if text.get_text()]
    assert 40 < len(labels) < 100
    check_page(figure)


def test_rows_stand_in_the_order_of_the_tree() -> None:
    far = np.add.outer([0, 9, 1, 8, 2], np.zeros(5))
    figure = heat_map(abs(far - far.T), ["a", "y", "b", "x", "c"])
    written = [text.get_text() for text in figure.axes[0].texts][:5]
    assert written in (["a", "b", "c", "x", "y"], ["y", "x", "c", "b", "a"])


def test_dollars_are_no_mathematics() -> None:
    figure = heat_map(distances(2), ["$x$", r"$\oops{$"], title="$1 and $\\2", unit="$")
    figure.savefig(io.BytesIO())
    assert figure.axes[0].texts[0].get_text() in ("$x$", r"$\oops{$")
    assert not figure.axes[0].texts[0].get_parse_math()


def test_infinite_and_undefined_entries_have_colours_and_a_note() -> None:
    matrix = distances(6)
    matrix[0, 1] = matrix[2, 3] = np.inf
    matrix[4] = np.nan
    figure = heat_map(matrix)
    colours = rows_of(figure)[:, :, :3].reshape(-1, 3)
    assert (colours == (214, 39, 40)).all(axis=1).sum() == 2
    assert (colours == (184, 184, 184)).all(axis=1).sum() == 6
    note = " ".join(text.get_text().replace("\n", " ") for text in figure.texts)
    assert "Red: infinite, 2 of 36 entries." in note
    assert "Grey: undefined (NaN), 6 of 36 entries." in note


@pytest.mark.parametrize("value", [0.0, np.inf, np.nan])
def test_matrices_with_nothing_to_tell(value: float) -> None:
    matrix = np.full((5, 5), value)
    np.fill_diagonal(matrix, 0)
    for figure in (heat_map(matrix), heat_map_between(matrix)):
        figure.savefig(io.BytesIO())


def test_one_outlier_leaves_colours_to_the_rest() -> None:
    matrix = distances(30)
    matrix[3, 7] = 1e6
    assert len(np.unique(rows_of(heat_map(matrix)).reshape(-1, 4), axis=0)) > 100


def test_a_chain_of_two_thousand_rows_does_not_exhaust_the_stack() -> None:
    place = np.cumsum(np.linspace(1, 2, 2000))
    tree = tree_of(abs(place[:, None] - place), "single")
    np.testing.assert_array_equal(np.sort(tree.order), np.arange(2000))


def test_the_given_matrix_is_not_changed() -> None:
    matrix = distances(5)
    matrix.flags.writeable = False
    heat_map(matrix)


def test_shrink_is_the_mean_of_what_is_finite() -> None:
    matrix = np.arange(24.0).reshape(4, 6)
    matrix[0, 0] = np.inf
    matrix[2:, :3] = np.nan
    image = shrink(matrix, np.arange(4), np.arange(6)[::-1], (2, 2))
    np.testing.assert_array_equal(image, [[7.0, (1 + 2 + 6 + 7 + 8) / 5], [19.0, np.nan]])
    every = shrink(matrix, np.arange(4), np.arange(6), (10, 10))
    np.testing.assert_array_equal(every, matrix)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: heat_map(np.zeros((2, 3))), "not square"),
        (lambda: heat_map(np.zeros((0, 0))), "with entries"),
        (lambda: heat_map(np.zeros(3)), "with entries"),
        (lambda: heat_map(np.zeros((2, 2)), ["a"]), "labels are 1, but the matrix has 2"),
        (lambda: heat_map_between(np.zeros((2, 3)), None, ["a"]), "column_labels are 1"),
    ],
)
def test_wrong_arguments(call: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        call()  # type: ignore[operator]


def test_pyplot_is_not_touched() -> None:
    code = (
        "import sys, numpy, kullback.plots.heat_maps;"
        "assert 'matplotlib' not in sys.modules and 'scipy' not in sys.modules;"
        "kullback.plots.heat_maps.heat_map(numpy.zeros((3, 3))).savefig(sys.argv[1]);"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, "/dev/null.png"[:9]], check=True, timeout=60)
