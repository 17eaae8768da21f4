"""The source files that a kernel's machine code is made of, and their digest.

They are those in which its functions stand, what these import, and so on: an edit of one
divergence makes its own kernels anew and leaves all others on disk.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

PACKAGE = Path(__file__).parents[1]
PROCESS = "kullback._process"  # how kernels are compiled and kept; nothing of it is in their code
IMPORT = re.compile(r"^\s*from (kullback[\w.]*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)


def digest_of(function: Callable[..., Any]) -> str:
    """A hash of the sources of a function and of all that it calls, and of its constants."""
    modules, constants = _made_of(function)
    digest = hashlib.sha256(repr(constants).encode())
    for module in sorted(_closure(frozenset(modules))):
        digest.update(module.encode() + b"\0" + _bytes(module))
    return digest.hexdigest()


def _made_of(function: Callable[..., Any]) -> tuple[set[str], list[Any]]:
    """The modules of a function and of those that its factory was given; the numbers of both."""
    seen: set[int] = set()
    modules: set[str] = set()
    constants: list[Any] = []
    waiting: list[Any] = [function]
    while waiting:
        each = waiting.pop()
        if isinstance(each, tuple):
            waiting += each
        elif isinstance(each, FunctionType):
            if id(each) not in seen:
                seen.add(id(each))
                modules.add(each.__module__ or "")  # none has code that was never in a file
                waiting += [cell.cell_contents for cell in each.__closure__ or ()]
        elif isinstance(each, (bool, int, float, str, np.generic)):
            constants.append(each)
    return modules, constants


@cache
def _closure(modules: frozenset[str]) -> frozenset[str]:
    """These modules and all that they import, as far as they are the package's."""
    found: set[str] = set()
    waiting = [module for module in modules if _is_ours(module)]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += _imports(module)
    return frozenset(found)


@cache
def _imports(module: str) -> tuple[str, ...]:
    return tuple(_modules_in(IMPORT.findall(_bytes(module).decode("utf-8"))))


def _modules_in(statements: Iterable[tuple[str, str]]) -> Iterator[str]:
    for source, names in statements:
        whole = [f"{source}.{name}" for name in re.findall(r"\w+", names)]
        yield from (module for module in (source, *whole) if _is_ours(module))


@cache
def _is_ours(module: str) -> bool:
    ours = module.startswith("kullback.") and not module.startswith(PROCESS)
    return ours and _path(module).is_file()


@cache
def _bytes(module: str) -> bytes:
    return _path(module).read_bytes()


def _path(module: str) -> Path:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
