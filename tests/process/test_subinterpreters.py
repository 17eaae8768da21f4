"""A subinterpreter, as WSGI servers have them: an error, and never a wait without an end."""

from __future__ import annotations

import importlib.util

import pytest

from support.processes import assert_fine, run_child

LIMIT = 60  # seconds
MODULES = [
    name for name in ("_interpreters", "_xxsubinterpreters") if importlib.util.find_spec(name)
]

CODE = """
import {module} as interpreters
work = '''
import kullback as kl
try:
    kl.kl_divergence([1, 2], [2, 1])
except ImportError as error:
    assert "main interpreter" in str(error) and "mod_wsgi" in str(error), error
else:
    raise AssertionError("it was loaded")
print("fine", flush=True)
'''
inner = interpreters.create(*{given!r})
failed = interpreters.run_string(inner, work)
assert not failed, failed
"""


@pytest.mark.skipif(not MODULES, reason="this Python has no subinterpreters")
def test_the_first_call_in_a_subinterpreter_is_an_error() -> None:
    """Imports that wait for ever: GrahamDumpleton/mod_wsgi #128, numpy/numpy #3837."""
    given = ("legacy",) if MODULES[0] == "_interpreters" else ()
    assert_fine(run_child(CODE.format(module=MODULES[0], given=given), LIMIT))
