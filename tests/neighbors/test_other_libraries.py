"""Libraries that take a search for neighbours instead of making their own."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn")

from kullback import kneighbors, pairwise
from kullback.neighbors import KNeighborsTransformer


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    rng = np.random.default_rng(0)
    truth = rng.dirichlet(np.full(40, 0.3), 3)
    own = 0.5 * truth[rng.integers(3, size=120)] + 0.5 * rng.dirichlet(np.full(40, 0.5), 120)
    return rng.multinomial(300, own).astype(float)


def load(name: str):
    """A module whose own dependencies warn as they are loaded; skipped where it is not there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(name)


@pytest.mark.slow
def test_umap_gets_the_graph_of_the_whole_matrix(rows):
    umap = load("umap")
    distances, indices = kneighbors(rows, n_neighbors=15, metric="js_distance", include_self=True)
    ours = umap.UMAP(n_neighbors=15, precomputed_knn=(indices, distances), transform_mode="graph")
    whole = umap.UMAP(n_neighbors=15, metric="precomputed", transform_mode="graph")
    with pytest.warns(UserWarning, match="knn_search_index"):  # its own, of what it cannot do then
        ours.fit(rows)
    with pytest.warns(UserWarning, match="inverse_transform"):
        whole.fit(pairwise(rows, metric="js_distance"))
    assert ours.graph_.nnz > 15 * len(rows)
    assert abs(ours.graph_ - whole.graph_).max() < 1e-6


@pytest.mark.slow
def test_scanpy_takes_a_transformer(rows):
    scanpy, anndata = load("scanpy"), load("anndata")
    cells = anndata.AnnData(rows)
    transformer = KNeighborsTransformer(n_neighbors=14)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", module="kullback")
        scanpy.pp.neighbors(cells, transformer=transformer, use_rep="X")
    distances, indices = kneighbors(rows, n_neighbors=14, metric="js_distance")
    found = cells.obsp["distances"]
    for i, row in enumerate(indices):
        near = found[[i]]
        kept = dict(zip(near.indices.tolist(), near.data.tolist(), strict=True))
        want = dict(zip(row.tolist(), distances[i].tolist(), strict=True))
        assert {j: d for j, d in kept.items() if j != i} == pytest.approx(want)
    assert cells.obsp["connectivities"].nnz > 14 * len(rows)
