"""Which blocks of a stored result are done: a ledger in a file beside it, or in its attributes.

    {"metric": "js", "x": "5e88…", …}      what is computed, and with what: a line of JSON
    0                                      the blocks that are stored, a line each,
    1                                      written when their data are on the disk
    finished                               when all are, and the result has its name

A process may be killed at any moment. A line without its end is none, so the worst is that a block
is computed again. The file stays beside the finished result: it knows of what that was made.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, MutableMapping
from pathlib import Path
from typing import Any, Protocol

from kullback._process.locks import lock

FINISHED = "finished"
ATTRIBUTE = "kullback"
Job = dict[str, Any]  # what is computed: names and values that JSON can hold


class DiffersError(Exception):
    """What is to be resumed is another job; the arguments are the names of what differs."""


class Ledger(Protocol):
    """The numbers of the blocks that are done, and whether the whole result is."""

    done: set[int]
    finished: bool

    def begin(self) -> None:
        """Forget what was done."""

    def mark(self, numbers: Iterable[int]) -> None: ...

    def finish(self) -> None: ...

    def close(self) -> None: ...


class FileLedger:
    """A ledger in a file, which one process has at a time (BlockingIOError)."""

    def __init__(self, path: Path, job: Job, resume: bool) -> None:
        """Take the file; go on with what it says if that is this job (else DiffersError)."""
        self.job = job
        self.done: set[int] = set()
        self.finished = False
        self.file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b")
        try:
            if not lock(self.file):
                raise BlockingIOError(f"{path}: another process writes it")
            lines = _whole_lines(self.file) if resume else []
            if lines:
                _check(lines[0], job)
                self.done, self.finished = _read(lines[1:])
        except BaseException:
            self.file.close()
            raise

    def begin(self) -> None:
        """The file holds this job and no blocks."""
        self.file.seek(0)
        self.file.truncate()
        self._append([json.dumps(self.job)])

    def mark(self, numbers: Iterable[int]) -> None:
        """These blocks are on the disk."""
        self._append(map(str, numbers))

    def finish(self) -> None:
        self._append([FINISHED])

    def close(self) -> None:
        self.file.close()

    def _append(self, lines: Iterable[str]) -> None:
        self.file.seek(0, os.SEEK_END)
        self.file.write("".join(f"{line}\n" for line in lines).encode())
        self.file.flush()
        os.fsync(self.file.fileno())


class AttributeLedger:
    """A ledger in the attributes of an array that has some, as those of Zarr and HDF5 do."""

    def __init__(
        self,
        attributes: MutableMapping[str, Any],
        flush: Callable[[], object],
        job: Job,
        resume: bool,
    ) -> None:
        """`flush` brings data and attributes to the disk."""
        self.attributes, self.flush, self.job = attributes, flush, job
        self.done: set[int] = set()
        self.finished = False
        if resume and ATTRIBUTE in attributes:
            found, *numbers = str(attributes[ATTRIBUTE]).splitlines()
            _check(found, job)
            self.done, self.finished = _read(numbers)

    def begin(self) -> None:
        self._write()

    def mark(self, numbers: Iterable[int]) -> None:
        self.done.update(numbers)
        self._write()

    def finish(self) -> None:
        self.finished = True
        self._write()

    def close(self) -> None:
        """The attributes are the array's."""

    def _write(self) -> None:
        self.flush()
        last = [FINISHED] if self.finished else []
        lines = [json.dumps(self.job), *map(str, sorted(self.done)), *last]
        self.attributes[ATTRIBUTE] = "\n".join(lines)
        self.flush()


def _whole_lines(file: Any) -> list[str]:
    """The lines that have an end."""
    file.seek(0)
    text: str = file.read().decode("utf-8", "replace")
    return text.split("\n")[:-1]


def _read(lines: list[str]) -> tuple[set[int], bool]:
    """The blocks that are done, and whether all is."""
    return {int(line) for line in lines if line.isdigit()}, FINISHED in lines


def _check(line: str, job: Job) -> None:
    """Raise DiffersError unless a first line is this job's."""
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise DiffersError("the ledger")
    differing = [name for name in {**job, **found} if found.get(name) != job.get(name)]
    if differing:
        raise DiffersError(*differing)


class NoLedger:
    """Of an array that has no place for one."""

    def __init__(self) -> None:
        self.done: set[int] = set()
        self.finished = False

    def begin(self) -> None: ...

    def mark(self, numbers: Iterable[int]) -> None: ...

    def finish(self) -> None: ...

    def close(self) -> None: ...
