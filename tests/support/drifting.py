"""Tables of mixed columns, with and without drift."""

from __future__ import annotations

from typing import Any

import numpy as np


def month(seed: int, rows: int = 8000) -> dict[str, Any]:
    """A month of a shop's orders: numbers, integers, booleans, categories, text and times."""
    rng = np.random.default_rng(seed)
    minutes = rng.integers(0, 24 * 60, rows)
    return {
        "price": rng.lognormal(3, 0.5, rows),
        "items": rng.poisson(2, rows) + 1,
        "discount": np.where(rng.random(rows) < 0.85, 0.0, rng.uniform(0.05, 0.4, rows)),
        "rating": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(4, 0.5, rows)),
        "returning": rng.random(rows) < 0.3,
        "country": rng.choice(["DE", "FR", "IT", "NL"], rows, p=[0.5, 0.25, 0.15, 0.1]),
        "payment": rng.choice(["card", "bank", "cash"], rows).astype(object),
        "clock": np.datetime64("2000-01-01T00:00") + minutes.astype("m8[m]"),
        "weight": rng.gamma(2.0, 1.5, rows).astype(np.float32),
    }


def planted(table: dict[str, Any]) -> dict[str, str]:
    """Plant a drift of every kind; what it is, by the name of its column."""
    rows = len(table["price"])
    rng = np.random.default_rng(99)
    table["price"] = table["price"] * 1.08
    table["discount"] = np.where(table["discount"] == 0, 0.01, table["discount"])
    table["rating"] = np.where(rng.random(rows) < 0.05, np.nan, table["rating"])
    country = table["country"].astype(object)
    country[rng.random(rows) < 0.02] = "ES"
    table["country"] = country
    return {
        "price": "8 % higher",
        "discount": "0 has become 0.01",
        "rating": "5 % more are missing",
        "country": "2 % are of a new one",
    }
