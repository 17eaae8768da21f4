"""A bar is shown where work takes long, and taken away afterwards."""

from __future__ import annotations

import pytest

import kullback as kl
from kullback._arguments.progress import DELAY, Shown


def test_short_work_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    kl.pairwise([[1.0, 2.0], [2.0, 1.0]], progress=True)
    assert capsys.readouterr() == ("", "")


def test_long_work_shows_a_bar_until_it_ends(capsys: pytest.CaptureFixture[str]) -> None:
    shown = Shown(True)
    with shown as progress:
        assert progress is not None
        progress(1, 4)
        assert capsys.readouterr().err == ""
        shown.bar.start_t -= DELAY  # so long ago
        shown.bar.last_print_t -= DELAY
        progress(3, 4)
        assert "3/4" in capsys.readouterr().err
    assert capsys.readouterr().err.rstrip(" ").endswith("\r")  # the line is empty again


def test_a_callback_is_called_from_the_start() -> None:
    seen: list[tuple[int, int]] = []
    kl.pairwise([[1.0, 2.0], [2.0, 1.0]], progress=lambda *step: seen.append(step))
    assert seen[-1][0] == seen[-1][1] > 0
