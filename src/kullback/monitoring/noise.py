"""How far two samples of one distribution are apart by chance: the level of a JS distance.

Given what both samples hold together, every division of it into a reference and a current sample
is equally likely where nothing has changed. So the counts s[j] of the current sample have weights

    w[j](s) = C(c[j], s)                            c[j]: both samples' count of bin j
    w[j](s) = G(s + a[j]) / (G(a[j]) G(s + 1))      bins cut at values of the reference itself,
                                                    none of which comes twice: a[j] gaps in bin j

given that they sum to m (Wilks, Ann. Math. Statist. 13 (1942), for the second). Where all expected
counts are large, 8 JS / (1/n + 1/m) is distributed like chi-square with one degree of freedom less
than there are bins. Below EXPECTED the distribution itself is used: of two bins it is added up, of
more its tail is Skovgaard's saddlepoint approximation (J. Appl. Prob. 24 (1987)).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

EXPECTED = 200.0  # fewer values expected in a bin, and chi-square is off by more than 5 % at 0.001
REACH = 7.0  # standard deviations, as wide as the tilt makes them, within which a count is sought
FINE, GROWTH = 2.5, 0.08  # blocks of counts: 0.4 of a deviation, or 8 % of the count
SLACK = 1e-9  # of the level, for what rounding makes of a distance that is exactly as large
LEAST_TILT, FIRST_TILT, MOST_TILT = 1e-3, 0.25, 50.0
CLOSE, ROUNDS = 1e-3, 40  # of the logarithm of a chance


class Model(NamedTuple):
    """The bins in which anything was counted: how both samples' values can be divided."""

    pooled: Numbers  # of both samples
    reference: Numbers
    gaps: bool  # whether the bins were cut at values of the reference, none of which comes twice
    n: float
    m: float


def is_few(reference: Numbers, current: Numbers) -> bool:
    """Whether so few values are expected in a bin that chi-square does not hold."""
    return bool(_fewest(reference, current) < EXPECTED)


def _fewest(reference: Numbers, current: Numbers) -> float:
    n, m = reference.sum(), current.sum()
    pooled = reference + current
    return float(pooled[pooled > 0].min() * min(n, m) / (n + m))


def js_level(reference: Numbers, current: Numbers, chance: float, gaps: bool) -> float:
    """The JS distance, in square roots of bits, that chance alone passes with this probability.

    Of the counts of two samples in the same bins. `gaps`: see `Model`.
    """
    from scipy.special import chdtri

    filled = reference + current > 0
    r, s = reference[filled].astype(float), current[filled].astype(float)
    n, m = float(r.sum()), float(s.sum())
    if r.size < 2:
        return 0.0
    scale = (1 / n + 1 / m) / 8
    if not is_few(r, s):
        level = scale * float(chdtri(r.size - 1, chance))
    else:
        model = Model(r + s, r, gaps, n, m)
        level = _of_two(model, chance) if r.size == 2 else _of_many(model, chance, scale)
    return min(1.0, math.sqrt(level / math.log(2)) * (1 + SLACK))


def _divergence(s: Numbers, r: Numbers, model: Model) -> Numbers:
    """What a bin adds to JS, in nats, with s and r values of the two samples."""
    from scipy.special import rel_entr

    p, q = s / model.m, r / model.n
    mean = (p + q) / 2
    total: Numbers = (rel_entr(p, mean) + rel_entr(q, mean)) / 2
    return total


def _reach(freedom: int, chance: float) -> float:
    """Deviations: a tilt that aims at the tail makes Gaussian counts wider by t / freedom."""
    from scipy.special import chdtri

    return REACH * math.sqrt(max(1.0, float(chdtri(freedom, chance)) / freedom))


def _log_weights(s: Numbers, bins: slice | NDArray[np.intp], model: Model) -> Numbers:
    from scipy.special import gammaln

    if model.gaps:
        a = _gaps(model)[bins, None]
        weights = gammaln(s + a) - gammaln(a) - gammaln(s + 1)
    else:
        c = model.pooled[bins, None]
        weights = gammaln(c + 1) - gammaln(s + 1) - gammaln(c - s + 1)
    return np.asarray(weights)


def _gaps(model: Model) -> Numbers:
    """One for each value at whose right end it lies, and one below all values."""
    gaps: Numbers = model.reference + (np.arange(model.reference.size) == 0)
    return gaps


def _references(s: Numbers, bins: slice | NDArray[np.intp], model: Model) -> Numbers:
    """The reference's values in the bins where the current sample has s."""
    if model.gaps:
        return np.broadcast_to(model.reference[bins, None], s.shape)
    return model.pooled[bins, None] - s


def _of_two(model: Model, chance: float) -> float:
    """The level where one count decides the other: the sum over all of them."""
    low, high = 0.0, model.m
    if not model.gaps:
        low, high = max(0.0, model.m - model.pooled[1]), min(model.m, model.pooled[0])
    mean, deviation = _moments(model)
    reach = 1 + _reach(1, chance)
    low = max(low, math.floor(mean[0] - reach * (1 + deviation[0])))
    high = min(high, math.ceil(mean[0] + reach * (1 + deviation[0])))
    first = np.arange(low, high + 1)
    both = np.stack([first, model.m - first])
    every = slice(None)
    log = _log_weights(both, every, model).sum(axis=0)
    probability = np.exp(log - log.max())
    js = _divergence(both, _references(both, every, model), model).sum(axis=0)
    order = np.argsort(-js)
    # Equal divergences stand or fall together: rounding must not part them.
    values, probability = js[order], probability[order] / probability.sum()
    beyond = np.cumsum(probability) > chance
    return float(values[np.argmax(beyond)]) if beyond.any() else 0.0


def _moments(model: Model) -> tuple[Numbers, Numbers]:
    """Mean and standard deviation of each bin's count, had the sum been free."""
    if model.gaps:
        a = _gaps(model)
        share = model.m / a.sum()
        return a * share, np.sqrt(a * share * (1 + share))
    theta = model.m / (model.n + model.m)
    return model.pooled * theta, np.sqrt(model.pooled * theta * (1 - theta))


class Moments(NamedTuple):
    """K of T and the sum of the counts, and its first and second derivatives."""

    k: float
    t: float
    s: float
    tt: float
    ts: float
    ss: float


class Tilted:
    """Blocks of counts of each kind of bin, and their moments when tilted by exp(u T + v s)."""

    def __init__(self, model: Model, scale: float, reach: float) -> None:
        key = _gaps(model) if model.gaps else model.pooled
        _, kinds, self.times = np.unique(key, return_index=True, return_counts=True)
        mean, deviation = (moment[kinds] for moment in _moments(model))
        most = np.full(kinds.size, model.m) if model.gaps else np.minimum(model.m, key[kinds])
        starts, widths = _blocks(mean, deviation, most, reach)
        s = starts + (widths - 1) / 2
        s = np.minimum(s, most[:, None])
        odds = math.log(model.m / (_gaps(model).sum() + model.m if model.gaps else model.n))
        with np.errstate(divide="ignore"):
            log = _log_weights(s, kinds, model) + s * odds + np.log(widths)
        self.log = log - log.max(axis=1, keepdims=True)
        self.log -= np.log(np.exp(self.log).sum(axis=1, keepdims=True))
        self.t = _divergence(s, _references(s, kinds, model), model) / scale
        self.unit = float(np.sqrt(self.times @ deviation**2))
        self.s = (s - mean[:, None]) / self.unit
        powers = (self.t, self.s, self.t * self.t, self.t * self.s, self.s * self.s)
        self.powers = np.stack(powers)

    def moments(self, u: float, v: float) -> Moments:
        """K, its gradient and its second derivatives at (u, v)."""
        exponents = self.log + u * self.t + v * self.s
        top = exponents.max(axis=1, keepdims=True)
        weights = np.exp(exponents - top)
        sums = weights.sum(axis=1)
        t, s, tt, ts, ss = np.einsum("fkb,kb->fk", self.powers, weights) / sums
        k = float(self.times @ (top[:, 0] + np.log(sums)))
        first = self.times @ t, self.times @ s
        second = (self.times @ x for x in (tt - t * t, ts - t * s, ss - s * s))
        return Moments(k, *map(float, (*first, *second)))

    def at(self, u: float, v: float) -> tuple[float, Moments]:
        """v such that the counts sum to m, and the moments there."""
        found = self.moments(u, v)
        for _ in range(ROUNDS):
            if abs(found.s) < 1e-9:
                break
            v -= min(5.0, max(-5.0, found.s / found.ss))
            found = self.moments(u, v)
        return v, found


def _blocks(
    mean: Numbers, deviation: Numbers, most: Numbers, reach: float
) -> tuple[Numbers, Numbers]:
    """First counts and widths of blocks, (kinds, blocks); widths are 0 where there are no more."""
    first = np.maximum(0.0, np.floor(mean - reach * deviation))
    end = np.minimum(most, np.ceil(mean + reach * (2 + deviation)))
    widest = np.maximum(1.0, np.floor(deviation / FINE))
    if ((widest == 1.0) | (first > 0.0)).all():  # no count is far from 0 in its own measure
        blocks = int(np.ceil((end - first + 1) / widest).max())
        starts: Numbers = first[:, None] + np.arange(blocks) * widest[:, None]
        widths: Numbers = np.clip(end[:, None] + 1 - starts, 0.0, widest[:, None])
        return starts, widths
    starts_of, widths_of = [], []
    while (first <= end).any():
        width = np.clip(np.floor(GROWTH * first), 1.0, widest)
        width = np.clip(np.minimum(width, end + 1 - first), 0.0, None)
        starts_of.append(first)
        widths_of.append(width)
        first = first + width
    return np.stack(starts_of, axis=1), np.stack(widths_of, axis=1)


def _of_many(model: Model, chance: float, scale: float) -> float:
    """The level by Skovgaard's approximation of P(T > t | the counts sum to m)."""
    tilted = Tilted(model, scale, _reach(model.pooled.size - 1, chance))
    v, free = tilted.at(0.0, 0.0)
    target = math.log(chance)

    def tail(u: float) -> tuple[float, float]:
        """ln P(T > t) and the t that the tilt u aims at."""
        nonlocal v
        v, found = tilted.at(u, v)
        w = math.sqrt(max(2 * (u * found.t - found.k + free.k), 1e-300))
        spread = max(found.tt * found.ss - found.ts * found.ts, 1e-300)
        return _log_tail(w, u * math.sqrt(spread / free.ss)), found.t

    low, high = (LEAST_TILT, *tail(LEAST_TILT)), (MOST_TILT, -math.inf, math.inf)
    u = FIRST_TILT
    found = low
    for _ in range(ROUNDS):
        found = (u, *tail(u))
        if abs(found[1] - target) < CLOSE or (u >= MOST_TILT and found[1] > target):
            break
        low, high = (found, high) if found[1] > target else (low, found)
        u = _between(low, high, target)
    return scale * found[2]


def _between(low: tuple[float, ...], high: tuple[float, ...], target: float) -> float:
    """Where the tail's logarithm should reach the target: by a line, or doubling, or halving."""
    if high[1] == -math.inf:
        return min(2 * low[0], MOST_TILT)
    share = (low[1] - target) / (low[1] - high[1])
    return low[0] + (high[0] - low[0]) * min(0.9, max(0.1, share))


def _log_tail(w: float, z: float) -> float:
    """ln of 1 - Phi(w) + phi(w) (1/z - 1/w)."""
    from scipy.special import erfcx

    density = math.sqrt(0.5 * math.pi) * float(erfcx(w / math.sqrt(2))) + 1 / z - 1 / w
    return -w * w / 2 - math.log(math.sqrt(2 * math.pi)) + math.log(max(density, 1e-300))
