"""The house stands: imports go down only, and importing the package costs next to nothing."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from types import ModuleType

import pytest

import kullback
from kullback._catalogue import DIVERGENCES, Divergence

PACKAGE = Path(kullback.__file__).parent
FLOORS = {  # a module may import from its own floor and from those below
    "app": 6,
    "plots": 5,
    "neighbors": 5,
    "cluster": 5,
    "discrete": 4,
    "gaussians": 4,
    "logits": 4,
    "monitoring": 4,
    "estimate": 4,
    "project": 4,
    "_arguments": 3,
    "_catalogue": 2,
    "_drivers": 2,
    "_kernels": 1,
    "_exact": 0,
    "_math": 0,
    "_jit": 0,
    "_process": 0,
}
ENTRY_POINTS = {"__init__", "__main__"}  # load names of any floor on first use


def room(module: str) -> str:
    return module.split(".")[0]


def imports_of(path: Path) -> list[str]:
    """The package's modules that a file imports, relative to the package."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found += [name.removeprefix("kullback.") for name in names if name.startswith("kullback.")]
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.stem)
def test_imports_go_down_only(path: Path) -> None:
    own = room(".".join(path.relative_to(PACKAGE).with_suffix("").parts))
    if own in ENTRY_POINTS:
        return
    for module in imports_of(path):
        if room(module) in FLOORS:
            assert FLOORS[room(module)] <= FLOORS[own], f"{own} imports {module} from above"


def test_no_modules_import_each_other() -> None:
    modules = {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
        for path in PACKAGE.rglob("*.py")
        if path.stem not in ENTRY_POINTS
    }
    graph = {
        module: {
            other
            for name in imports_of(path)
            for other in (name, name.rpartition(".")[0])  # a module, or a name in one
            if other in modules
        }
        for module, path in modules.items()
    }
    TopologicalSorter(graph).prepare()  # CycleError names them


def test_every_room_has_a_floor() -> None:
    rooms = {p.stem if p.is_file() else p.name for p in PACKAGE.iterdir() if p.name != "py.typed"}
    assert rooms - ENTRY_POINTS - {"__pycache__"} == set(FLOORS)


def test_no_kernel_uses_numbas_own_threads() -> None:
    sources = [path.read_text("utf-8") for path in PACKAGE.rglob("*.py")]
    assert not any("parallel=True" in source or "prange(" in source for source in sources)


def run_python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def test_import_loads_neither_numba_nor_scipy_nor_matplotlib() -> None:
    code = "import kullback, sys; print(*sys.modules)"
    loaded = {module.split(".")[0] for module in run_python(code).split()}
    assert not loaded & {"numba", "scipy", "matplotlib", "numpy", "tqdm", "pyarrow"}


def test_import_costs_at_most_ten_milliseconds() -> None:
    code = (
        "import numpy, time; start = time.perf_counter(); import kullback;"
        "print(time.perf_counter() - start)"
    )
    assert min(float(run_python(code)) for _ in range(5)) < 0.010


def test_type_checkers_and_python_read_the_same_names() -> None:
    stub = (PACKAGE / "__init__.pyi").read_text("utf-8")
    imports = [node for node in ast.parse(stub).body if isinstance(node, ast.ImportFrom)]
    names = [name for node in imports for name in node.names]
    assert all(name.asname == name.name for name in names)  # else they are not exported
    assert sorted(name.name for name in names) == kullback.__all__


@pytest.mark.parametrize("record", DIVERGENCES.values(), ids=lambda record: record.word)
def test_records_name_the_functions_and_their_homes(record: Divergence) -> None:
    if record.function:
        assert getattr(kullback, record.function).__module__ == f"kullback.{record.home}"


def test_all_names_can_be_loaded_and_nothing_else() -> None:
    assert sorted([*kullback.__all__, "__version__"]) == dir(kullback)
    loaded = [getattr(kullback, name) for name in kullback.__all__]
    assert all(callable(each) or isinstance(each, ModuleType) for each in loaded)
    with pytest.raises(AttributeError, match="no attribute 'kl_div'"):
        _ = kullback.kl_div
