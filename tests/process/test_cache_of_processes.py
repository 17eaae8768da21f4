"""Kernels of several processes, one after the other and at once: each gets its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.processes import LIMIT, run_child

# The helper is so long, and called so often, that it is not compiled into the kernel.
HELPERS = """
import sys
from numba import types
from kullback._jit import compile_kernel, outline

STEPS = "".join(f"  x = (x * 0.5 if x > {i}.0 else x + 1.0) - (x - 1.0 if x > {i}.5 else x)\\n"
                for i in range(40))
OUTER = "def outer(number):\\n def helper(x):\\n{}  return x * 0.0 + number\\n return helper"

def make(number):
    space = {}
    exec(OUTER.format(STEPS), space)
    helper = outline(space["outer"](float(number)))
    def kernel(x):
        return helper(x) + helper(x + 1.0) + helper(x * 2.0) + helper(x * x)
    return kernel

for number in map(int, sys.argv[1:]):
    print(compile_kernel(make(number), f"times-{number}", (types.float64,))(10.0))
"""


def test_a_kernel_from_the_disk_keeps_its_own_helpers(tmp_path: Path) -> None:
    """Not those of the same name that this process has compiled for another kernel."""
    for numbers, results in (("2", "8.0\n"), ("3 2", "12.0\n8.0\n"), ("2 3", "8.0\n12.0\n")):
        code = f"import sys; sys.argv[1:] = {numbers.split()}" + HELPERS
        done = run_child(code, KULLBACK_CACHE_DIR=str(tmp_path), KULLBACK_CACHE=None)
        assert done.stdout == results, done.stderr


RACER = """
import os, sys, time
from numba import types
from kullback._jit import compile_kernel
from kullback._process import compiling as _compiling

def kernel(number, count):
    def function(x):
        return x * number + count
    return function

SIGNATURES = {"f8": types.float64, "i8": types.int64}

def rounds(process, count):
    '''Each round four kernels, in an order of its own; all are at a round at the same time.'''
    for round in range(count):
        while time.time() < START + {pace} * round: time.sleep(0.001)
        for step in range(4):
            number = (step + process) % 4
            dtype = ("f8", "i8")[number % 2]
            name = f"race-{number}-{round}-{dtype}"
            got = compile_kernel(kernel(number + 2, round), name, (SIGNATURES[dtype],))(10)
            assert got == 10 * (number + 2) + round, (name, got)
START = float(sys.argv[1])
rounds(int(sys.argv[2]), {rounds})
print("fine")
"""


@pytest.mark.slow
def test_processes_that_compile_at_once_get_their_own_kernels(tmp_path: Path) -> None:
    """Twenty rounds of the same and of different kernels, all processes at once in each."""
    (tmp_path / "racer.py").write_text(RACER.replace("{pace}", "0.4").replace("{rounds}", "20"))
    environment = {**os.environ, "KULLBACK_CACHE_DIR": str(tmp_path / "kernels")}
    environment.pop("KULLBACK_CACHE", None)
    for _ in ("compiling", "reading what the others have compiled"):
        command = [sys.executable, "-W", "error", "racer.py", str(time.time() + 5)]
        racers = [
            subprocess.Popen(
                [*command, str(number)],
                cwd=tmp_path,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for number in range(3)
        ]
        for racer in racers:
            out, err = racer.communicate(timeout=LIMIT)
            assert (racer.returncode, out) == (0, "fine\n"), err
        files = list((tmp_path / "kernels").iterdir())
        assert len(files) == 80
        assert not [path for path in files if path.name.startswith(".new")]
