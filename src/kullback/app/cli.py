"""The `kullback` command: options in, exit status out.

0 done, 1 a self-test failed or a column has drifted, 2 user error, 130 Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import kullback as kl
from kullback._process.requirements import OLDEST, require
from kullback.app import streams
from kullback.app.errors import UserError, one_line, os_error

_DESCRIPTION = "Divergences between all pairs of probability distributions, exactly and fast."
_HEADER_HELP = "whether line 1 of a .csv or .tsv holds names (default: by its text)"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (default: the process's own); return the exit status.

    An error that the user can put right is told in one line on standard error. Other exceptions are
    defects, and are raised.
    """
    resume = False
    try:
        try:
            arguments = _parser().parse_args(argv)
            resume = getattr(arguments, "resume", False)
            status: int | None = arguments.run(arguments)
        finally:
            # A full disk may show only now, and this is the last place that can tell of it.
            sys.stdout.flush()
    except UserError as error:
        return _complain(str(error), 2)
    except BrokenPipeError:
        # The reader of our output, such as `head`, has seen enough. Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _complain(str(os_error(error)), 2)
    except ImportError as error:
        if error.name not in OLDEST:  # a defect
            raise
        return _complain(one_line(str(error)), 2)
    except KeyboardInterrupt:
        kept = "the same command goes on from here" if resume else "nothing was written"
        return _complain(f"interrupted; {kept}", 130)
    except SystemExit as end:  # --help, --version, SIGTERM
        return int(end.code or 0)
    return status or 0


def run() -> NoReturn:
    """The process `kullback`. When told to end (SIGTERM), it tidies up as it does on Ctrl-C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    streams.open_closed_ones()
    streams.show_all_names()
    sys.exit(main())


def _complain(message: str, status: int) -> int:
    print(f"kullback: error: {message}", file=sys.stderr)
    return status


class _Parser(argparse.ArgumentParser):
    """argparse, but an error is one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message}; see {self.prog} --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="kullback", description=_DESCRIPTION, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"kullback {kl.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    pairwise = commands.add_parser(
        "pairwise",
        allow_abbrev=False,
        help="the matrix of divergences between the rows of a table",
        description="Write the matrix of divergences between the rows of INPUT, or from the rows of"
        " INPUT to the rows of OTHER; columns are matched by name. A row is a histogram: counts,"
        " weights or probabilities. A text column becomes the labels.",
    )
    _add_files(pairwise)
    _add_options(pairwise)
    pairwise.add_argument(
        "--resume",
        action="store_true",
        help="go on with an --output (.npy or .zarr) where the same command was interrupted",
    )
    pairwise.set_defaults(run=_run_pairwise)
    _add_neighbors(commands)
    _add_drift(commands)
    demo = commands.add_parser(
        "demo",
        allow_abbrev=False,
        help="compare the source files of Python's standard library",
        description="Compare the byte histograms of the standard library's own source files; say"
        " what was found, how long it took and how long SciPy takes; write the matrix and two"
        " pictures.",
    )
    demo.add_argument(
        "--output", type=Path, default=Path("kullback-demo"), help="a directory (%(default)s)"
    )
    _add_common(demo)
    demo.set_defaults(run=_run_demo)
    info = commands.add_parser(
        "info",
        allow_abbrev=False,
        help="versions, threads, cache, and a self-test: for a bug report",
        description="Say what this installation is made of and what it uses, and test every kernel"
        " on rows whose answers are known. Exit status 1: an answer was wrong.",
    )
    info.add_argument("--json", action="store_true", help="the same as JSON")
    info.set_defaults(run=_run_info)
    return parser


def _add_drift(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser(
        "drift",
        allow_abbrev=False,
        help="which columns of a table have drifted from a reference",
        description="Compare the columns of CURRENT with those of REFERENCE: numbers, text and"
        " times. Exit status 1: a column has drifted.",
    )
    kinds = ".csv, .tsv or .parquet"
    add = parser.add_argument
    add("reference", type=Path, metavar="REFERENCE", help=f"{kinds}; or saved bins, .json")
    add("current", type=Path, metavar="CURRENT", help=kinds)
    add("--output", type=Path, help="the table too: .csv, .tsv, .json or .parquet")
    add("--plot", type=Path, help="a picture too, the worst column first: .png, .pdf or .svg")
    add("--save-bins", type=Path, metavar="BINS", help="a .json that can be REFERENCE from then on")
    add("--bins", type=int, metavar="N", help="of a column of numbers or times (default: 10)")
    add(
        "--level",
        type=float,
        default=0.001,
        metavar="P",
        help="how often chance alone marks a column (default: %(default)s)",
    )
    _add_common(parser)
    parser.set_defaults(run=_run_drift)


def _add_neighbors(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser(
        "neighbors",
        allow_abbrev=False,
        help="the nearest rows of each row of a table, as a sparse graph",
        description="Write the distances to the nearest other rows of INPUT, or of OTHER, for each"
        " row of INPUT, as a sparse matrix (CSR) whose zeros are kept. Exact, and in no more memory"
        " than the graph and 64 MB.",
    )
    _add_files(parser, graph=True)
    parser.add_argument("-k", type=int, default=5, metavar="N", help="how many (%(default)s)")
    _add_options(parser)
    parser.set_defaults(run=_run_neighbors)


def _add_files(parser: argparse.ArgumentParser, *, graph: bool = False) -> None:
    files = parser.add_argument_group("files")
    add = files.add_argument
    kinds = ".npy, .npz (sparse), .csv, .tsv or .parquet"
    add("input", type=Path, metavar="INPUT", help=f"{kinds}; one histogram a row")
    if graph:
        add("--against", type=Path, metavar="OTHER", help="a second table, in which to search")
        add("--output", type=Path, required=True, help=".npz, for scipy.sparse.load_npz")
    else:
        kinds = ".npy, .zarr, .csv, .tsv or .parquet"
        add("--against", type=Path, metavar="OTHER", help="a second table, for the columns")
        add("--output", type=Path, required=True, help=f"{kinds}; the last three keep the labels")
        add("--plot", type=Path, help="a heat map too, ordered by likeness: .png, .pdf or .svg")
    add("--labels", metavar="COLUMN", help="the column that names the rows (default: the text)")
    add("--header", action=argparse.BooleanOptionalAction, default=None, help=_HEADER_HELP)


def _add_options(parser: argparse.ArgumentParser) -> None:
    options = parser.add_argument_group("what to compute (as in the library)")
    add = options.add_argument
    add(
        "--metric",
        default="js",
        help="js, js_distance, kl, hellinger, renyi:ALPHA, … (default: %(default)s; a wrong name "
        "lists all)",
    )
    add("--base", type=float, help="of the logarithm: 2 gives bits (default: e, nats)")
    add("--no-normalize", action="store_true", help="take the rows as they are")
    add("--pseudocount", type=float, default=0.0, metavar="X", help="add X to every bin")
    add(
        "--zeros",
        type=_zeros,
        default="inf",
        metavar="inf|skip|EPS",
        help="what a bin does that alone makes the divergence infinite",
    )
    add(
        "--invalid",
        choices=("raise", "nan"),
        default="raise",
        help="what a row that is no distribution does: an error, or NaN in its results",
    )
    _add_common(parser)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--threads", type=int, metavar="N", help="at most this many")
    parser.add_argument("--force", action="store_true", help="replace output files that exist")


def _zeros(text: str) -> str | float:
    if text in ("inf", "skip"):
        return text
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not inf, skip or a number") from None


def _run_pairwise(arguments: argparse.Namespace) -> None:
    require("numpy", "numba")
    from kullback.app.pairwise import Files, run_pairwise  # --help need not load NumPy

    files = Files(
        arguments.input,
        arguments.against,
        arguments.output,
        arguments.plot,
        header=arguments.header,
        labels=arguments.labels,
        resume=arguments.resume,
    )
    files.check(force=arguments.force)
    run_pairwise(files, **_options(arguments))


def _run_neighbors(arguments: argparse.Namespace) -> None:
    require("numpy", "numba")
    from kullback.app.neighbors import Files, run_neighbors

    files = Files(
        arguments.input,
        arguments.against,
        arguments.output,
        header=arguments.header,
        labels=arguments.labels,
    )
    files.check(force=arguments.force)
    run_neighbors(files, n_neighbors=arguments.k, **_options(arguments))


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    """Those of the library."""
    names = ("metric", "base", "pseudocount", "zeros", "invalid", "threads")
    chosen = {name: getattr(arguments, name) for name in names}
    return chosen | {"normalize": not arguments.no_normalize}


def _run_drift(arguments: argparse.Namespace) -> int:
    require("numpy", "numba", "scipy")
    from kullback.app.drift import Files, run_drift

    files = Files(
        arguments.reference,
        arguments.current,
        arguments.output,
        arguments.plot,
        arguments.save_bins,
    )
    files.check(force=arguments.force)
    return run_drift(files, bins=arguments.bins, level=arguments.level, threads=arguments.threads)


def _run_demo(arguments: argparse.Namespace) -> None:
    require("numpy", "numba")
    from kullback.app.demo import run_demo

    run_demo(arguments.output, threads=arguments.threads, force=arguments.force)


def _run_info(arguments: argparse.Namespace) -> int:
    from kullback.app.info import run_info

    return run_info(as_json=arguments.json)
