"""Standard streams that are there, whatever the process was given: cron and daemons close them.

Where one is closed, the next file that is opened takes its number, and what some library then says
on "standard error" lands in that file; and Python has None in the place of the stream.
"""

from __future__ import annotations

import io
import os
import sys


def open_closed_ones() -> None:
    """Let every closed standard stream be the null device."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115  (as long as the process)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def show_all_names() -> None:
    """Show a name that the terminal has no letters for in another way."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
