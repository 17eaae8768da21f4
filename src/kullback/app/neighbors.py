"""`kullback neighbors`: tables in, a sparse graph of the nearest rows out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kullback as kl
from kullback.app.errors import require
from kullback.app.outputs import AtomicFiles, check_destination
from kullback.app.pairwise import check_is_no_input, computed, named, read_sides
from kullback.app.sparse_files import write_npz


@dataclass(frozen=True)
class Files:
    """What the command reads and writes; `against` may be None."""

    input: Path
    against: Path | None
    output: Path
    header: bool | None = None
    labels: str | None = None

    def check(self, *, force: bool) -> None:
        """Raise UserError if the output cannot be written or would replace an input."""
        check_destination(self.output, (".npz",), force=force)
        check_is_no_input(self.output, self.input, self.against)
        require("scipy.sparse", "plot", "writing .npz")


def run_neighbors(files: Files, **options: Any) -> None:
    """Read, compute, write. `options` are those of `kullback.kneighbors`. Raises UserError."""
    named(options["metric"])
    x, y = read_sides(files.input, files.against, files.header, files.labels)
    found = computed(kl.kneighbors, x, y, options)
    with AtomicFiles() as outputs:
        outputs.write(files.output, lambda file: write_npz(file, found.graph()))
