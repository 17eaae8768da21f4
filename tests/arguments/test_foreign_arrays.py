"""Arrays of other libraries: those in our memory are read, others refused with the conversion."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest

import kullback as kl
from support.calls import CORE, FUNCTIONS, every_function
from support.tolerances import assert_same_bits

P, Q = np.array([[0.5, 0.25, 0.25]]), np.array([[0.25, 0.25, 0.5]])


def device_array(package: str) -> object:
    """What a library's arrays on a GPU look like to us; no attempt may be made to copy them."""

    class Array:
        def __array__(self, *_: object, **__: object) -> None:
            raise AssertionError("was copied from the device")

    Array.__module__ = f"{package}.core"
    return Array()


@pytest.mark.parametrize(
    ("package", "remedy"),
    [("cupy", "p.get()"), ("jaxlib", "numpy.asarray(p)"), ("dask", "p.compute()")],
)
def test_arrays_elsewhere_are_refused_with_the_conversion(package: str, remedy: str) -> None:
    bad = device_array(package)
    with pytest.raises(TypeError) as error:
        kl.kl_divergence(bad, Q)
    assert remedy in str(error.value)
    assert package in str(error.value)
    for call in (*every_function(bad, Q), *every_function(P, bad), lambda: kl.condensed(bad)):
        with pytest.raises(TypeError, match=package):
            call()


def test_a_dask_array_is_refused_with_the_conversion_where_no_function_is_lazy() -> None:
    dask = pytest.importorskip("dask.array")
    x = dask.from_array(P)
    with pytest.raises(TypeError, match=r"contributions takes no Dask arrays.*x\.compute\(\)"):
        kl.contributions(x, Q)
    with pytest.raises(TypeError, match=r"x is a dask Array; convert it first: x\.compute\(\)$"):
        kl.estimate.kl_nearest_neighbor(x, Q)


def test_torch_tensors_in_our_memory_are_arrays_and_others_are_refused() -> None:
    torch = pytest.importorskip("torch")
    for word in CORE:
        want = FUNCTIONS[word](P, Q)
        assert_same_bits(FUNCTIONS[word](torch.tensor(P), torch.tensor(Q)), want)
    single = kl.kl_divergence(torch.tensor(P, dtype=torch.float32), Q.astype(np.float32))
    assert single.dtype == np.float32
    for bad in (
        torch.tensor(P, requires_grad=True),
        torch.tensor(P, dtype=torch.bfloat16),
        torch.tensor(P, dtype=torch.complex64),
        torch.empty((1, 3), device="meta"),
        torch.tensor(P).to_sparse(),
    ):
        with pytest.raises(TypeError, match=r"p (is a torch Tensor|has dtype complex)") as error:
            kl.kl_divergence(bad, Q)
        assert any(word in str(error.value) for word in ("convert", "detach", "give"))


def test_a_tensor_that_records_gradients_is_refused_with_the_word_for_it() -> None:
    """Its own conversion to NumPy is refused, too; the stand-in needs no torch."""
    tensor = type("Parameter", (), {"__module__": "torch.nn.parameter", "__array__": _fails})()
    tensor.requires_grad, tensor.device = True, types.SimpleNamespace(type="cpu")
    with pytest.raises(TypeError, match=r"q is a torch Tensor that requires grad.*q\.detach\(\)"):
        kl.kl_divergence(P, tensor)


def test_tensors_and_jax_arrays_in_our_memory_are_not_copied() -> None:
    torch, jnp = pytest.importorskip("torch"), pytest.importorskip("jax.numpy")
    from kullback._arguments.arrays import array

    tensor, other = torch.rand(4, 3), jnp.ones((4, 3))
    assert array(tensor, "p").ctypes.data == tensor.data_ptr()
    assert array(other, "p").ctypes.data == other.unsafe_buffer_pointer()
    assert_same_bits(kl.kl_divergence(other, other), np.zeros(4, np.float32))


def test_jax_arrays_in_our_memory_are_read() -> None:
    """As a stand-in shows: `devices()` says where an array is."""

    def of(platform: str) -> object:
        places = {"__array__": lambda self, *a, **k: P, "__module__": "jaxlib._jax"}
        found = type("ArrayImpl", (), places)()
        found.devices = lambda: [types.SimpleNamespace(platform=platform)]
        return found

    assert_same_bits(kl.kl_divergence(of("cpu"), Q), kl.kl_divergence(P, Q))
    with pytest.raises(TypeError, match=r"jaxlib ArrayImpl.*numpy\.asarray\(p\)"):
        kl.kl_divergence(of("gpu"), Q)


def test_numbers_of_a_type_that_numpy_has_not_are_called_by_its_name() -> None:
    jnp = pytest.importorskip("jax.numpy")
    with pytest.raises(
        TypeError, match=r"numbers of the type bfloat16; convert it to float64: p\."
    ):
        kl.kl_divergence(jnp.ones((1, 3), jnp.bfloat16), Q)


def test_a_function_that_jax_transforms_is_told_how_to_call() -> None:
    tracer = type("LinearizeTracer", (), {"__module__": "jax._src.core", "__array__": _fails})()
    with pytest.raises(TypeError, match=r"q is a jax Tracer.*pure_callback.*custom_vjp"):
        kl.kl_divergence(P, tracer)


def test_a_library_that_has_no_version_of_an_array_here_is_named(monkeypatch) -> None:
    tensor = type("Tensor", (), {"__module__": "otherlib.core", "__array__": _fails})
    monkeypatch.setitem(sys.modules, "otherlib", types.ModuleType("otherlib"))
    with pytest.raises(TypeError, match=r"q is a otherlib Tensor that is no array \(on a device\)"):
        kl.kl_divergence(P, tensor())


def _fails(self: object, *_: object, **__: object) -> None:
    raise RuntimeError("on a device")


def test_a_swapped_read_only_array_is_right_also_after_a_native_one() -> None:
    """In the order in which a compiler that tells arrays apart by their flags mixed them up."""
    native = np.frombuffer(P.tobytes()).reshape(P.shape)
    swapped = np.frombuffer(P.astype(">f8").tobytes(), ">f8").reshape(P.shape)
    assert not native.flags.writeable
    assert not swapped.flags.writeable
    for word in CORE:
        want = FUNCTIONS[word](native, Q)
        assert_same_bits(FUNCTIONS[word](swapped, Q), want)
        assert_same_bits(FUNCTIONS[word](native, Q), want)
    assert_same_bits(kl.pairwise(swapped, Q), kl.pairwise(native, Q))
