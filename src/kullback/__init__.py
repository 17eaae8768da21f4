"""Compare probability distributions in bulk: KL and Jensen-Shannon divergences of many rows.

    import kullback as kl
    kl.kl_divergence(p, q)          row by row
    kl.pairwise(x, metric="js")     every row of x against every other
    kl.estimate, kl.project         densities, samples and mixtures; the nearest Gaussian
    kl.plots                        pictures of matrices

Each name is loaded when it is first used: `import kullback` loads neither Numba nor SciPy. The
names stand in `__init__.pyi`, once: as imports that type checkers follow and that are read here.
"""

__version__ = "0.1.0"

AST_ONLY = 0x400  # the flag of `compile` that `ast.parse` gives, without the import of `ast`


def _homes() -> dict[str, str]:
    """The module in which each public name is defined; "" where the name is a module itself."""
    stub = __spec__.loader.get_data(f"{__path__[0]}/__init__.pyi")
    tree = compile(stub, "__init__.pyi", "exec", AST_ONLY)
    imports = [statement for statement in tree.body if hasattr(statement, "module")]
    return {
        each.name: statement.module.partition(".")[2]
        for statement in imports
        for each in statement.names
    }


_HOMES = _homes()
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from kullback._process import loading

    home = _HOMES[name]
    value = getattr(loading.load(home), name) if home else loading.load(name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
