"""A notebook shows a picture once, `plt.savefig` saves it, and pyplot does not hoard figures.

A `Figure` that pyplot does not know shows nothing but its repr (matplotlib/matplotlib#17891), and
one that it knows is shown twice where a function returns it (statsmodels/statsmodels#1265,
mne-tools/mne-python#11165).
"""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from PIL import Image

import kullback as kl

SETUP = (
    "import kullback as kl, numpy as np\nd = np.abs(np.subtract.outer(range(5), range(5))) * 1.0"
)
DRAW = "kl.plots.heat_map(d)"
CELLS = [
    f"{SETUP}\n{DRAW}",  # in a fresh notebook, where nobody has imported pyplot
    f"figure = {DRAW}",
    f"import matplotlib.pyplot as plt\n{DRAW}\nplt.savefig('saved.png')",
    f"other = {DRAW}\nplt.savefig('other.png')\nother",
    "figure",
    "figure\nother",
    "plt.get_fignums()",
    f"{DRAW}\n{DRAW}\nNone",
    "from IPython.display import display\ndisplay(figure)",
]
PICTURES = [1, 1, 1, 1, 1, 1, 0, 2, 1]


def pictures_of(cell):
    return sum("image/png" in output.get("data", {}) for output in cell.outputs)


def is_blank(path):
    return len(np.unique(np.asarray(Image.open(path).convert("L")))) < 3


def test_a_cell_shows_a_picture_once_and_savefig_saves_it(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
    NotebookClient(
        notebook, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    ).execute()
    assert [pictures_of(cell) for cell in notebook.cells] == PICTURES
    assert notebook.cells[6].outputs[0]["data"]["text/plain"] == "[]"  # none is left open
    for name in ("saved.png", "other.png"):
        assert not is_blank(tmp_path / name)


def run(code, cwd):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"{SETUP}\n{code}"],
        cwd=cwd,
        capture_output=True,
        text=True,
    )
    assert not done.stderr
    return done.stdout


def test_a_script_that_does_not_use_pyplot_does_not_load_it(tmp_path):
    code = f"import sys\n{DRAW}.savefig('d.png')\nprint('matplotlib.pyplot' in sys.modules)"
    assert run(code, tmp_path) == "False\n"
    assert not is_blank(tmp_path / "d.png")


def test_a_script_that_uses_pyplot_saves_the_picture_and_keeps_no_more_than_one(tmp_path):
    code = (
        "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt\n"
        f"own = plt.figure()\nkept = [{DRAW} for _ in range(30)]\n"
        "plt.savefig('d.png')\nkept[3].savefig('third.png')\nprint(plt.get_fignums())"
    )
    assert run(code, tmp_path) == "[1, 31]\n"  # the user's own, and the last
    assert not is_blank(tmp_path / "d.png")
    assert not is_blank(tmp_path / "third.png")


def test_figures_of_other_threads_are_not_pyplots():
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    with ThreadPoolExecutor(2) as pool:
        figures = list(pool.map(lambda n: kl.plots.heat_map(np.zeros((n, n))), range(1, 9)))
    assert plt.get_fignums() == before
    assert all(figure.canvas.manager is None for figure in figures)


@pytest.mark.parametrize(
    ("metric", "base", "says"),
    [
        (None, None, ""),
        ("js", None, "js, nats"),
        ("kl", 2, "kl, bits"),
        ("jeffreys", 10, "jeffreys, bans"),
        ("js_distance", 2.0, "js_distance, square root of bits"),
        ("js_distance", None, "js_distance, square root of nats"),
        ("bhattacharyya", 3, "bhattacharyya, base 3"),
        ("hellinger", None, "hellinger"),
        ("total_variation", None, "total_variation"),
        ("chi2", None, "chi2"),
        ("triangular", None, "triangular"),
        (kl.Renyi(2), 2, "Renyi(alpha=2.0), bits"),
    ],
)
def test_the_colour_bar_says_the_unit_where_there_is_one(metric, base, says):
    for draw in (kl.plots.heat_map, kl.plots.heat_map_between):
        assert draw(np.eye(3), metric=metric, base=base).axes[1].get_ylabel() == says
        assert draw(np.eye(3), metric=metric, unit="mine").axes[1].get_ylabel() == "mine"


def test_a_base_of_what_has_no_unit_is_refused():
    with pytest.raises(ValueError, match="base is 2, but hellinger is no logarithm"):
        kl.plots.heat_map(np.eye(3), metric="hellinger", base=2)
    with pytest.raises(ValueError, match="metric is 'KL'; it must be one of"):
        kl.plots.heat_map(np.eye(3), metric="KL")


def test_a_frame_brings_its_labels():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(np.eye(2), index=["a", "b"], columns=["c", "d"])
    square = kl.plots.heat_map(frame)
    assert sorted(text.get_text() for text in square.axes[0].texts)[:2] == ["a", "a"]
    between = kl.plots.heat_map_between(frame)
    assert sorted(text.get_text() for text in between.axes[0].texts) == ["a", "b", "c", "d"]


def test_names_are_public_names_alone():
    for module in (kl, kl.cluster, kl.plots, kl.estimate, kl.project):
        names = set(dir(module))
        assert names == set(module.__all__) | ({"__version__"} if module is kl else set())
        assert not names & {"Any", "TYPE_CHECKING", "annotations"}
    assert "plots" in dir(kl)
