"""A library that switches subnormal numbers off as it loads, as -ffast-math makes them do."""

from __future__ import annotations

import platform

import pytest

from support.processes import assert_fine, needs_linux, run_child

pytestmark = [
    needs_linux,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the instruction is x86's"),
]

# Sets the processor's flags as such a library does: `ldmxcsr [rdi]; ret`.
FLUSH = """
import ctypes, mmap, warnings
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(bytes([0x0F, 0xAE, 0x17, 0xC3]))
address = ctypes.addressof(ctypes.c_char.from_buffer(code))
def flush(on=True):
    flags = ctypes.c_uint32(0x9FC0 if on else 0x1F80)
    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(address)(ctypes.addressof(flags))
import numpy as np, kullback as kl
rng = np.random.default_rng(0)
p, q = rng.random((2, 30_000, 40))
q[::3] = p[::3] * (1 + 1e-9)
p[:5, 20:] = 0.0
calls = [
    lambda: kl.kl_divergence(p[:5], q[:5]), lambda: kl.kl_divergence(p, q),
    lambda: kl.js_divergence(p, q), lambda: kl.hellinger_distance(p, q),
    lambda: kl.renyi_divergence(p, q, 0.5), lambda: kl.kl_divergence(p[:, :9], q[:, :9]),
    lambda: kl.pairwise(p[:200], q[:200], "kl"), lambda: kl.pairwise(p[:200], metric="js"),
]
"""


def test_results_are_right_and_there_is_one_warning() -> None:
    assert_fine(
        run_child(
            FLUSH
            + """
want = [call() for call in calls]
flush()
assert 2.3e-308 / 4 == 0.0, "subnormal numbers are off"
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    got = [call() for call in calls]
for one, other in zip(got, want):
    np.testing.assert_allclose(one, other, rtol=1e-12)
assert len(caught) == 1, [str(w.message) for w in caught]
assert "flush to zero" in str(caught[0].message)
flush(False)
print("fine")
"""
        )
    )


def test_there_is_no_warning_otherwise() -> None:
    assert_fine(run_child(FLUSH + "calls[0]()\nprint('fine')"))
