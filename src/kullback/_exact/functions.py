"""Functions of `decimal` numbers, none of which cancels: what the exact forms are made of.

Near 0 each is summed as a series, elsewhere it is the textbook's formula, which `decimal` rounds
once for each operation. That formula loses the digits of NEAR**2 / 2 at most, 7 of DIGITS, where
the series takes over; what TERMS of a series leave out is below NEAR**TERMS = 1e-54 of it.
Source: the power series of the logarithm and of the exponential.
"""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation

DIGITS = 50  # of which a float needs 17
NEAR = Decimal("1e-3")
TERMS = 18
INFINITE = Decimal("Infinity")
ROUNDED = Decimal("1e-45")  # what some thousand operations leave of a number that is 0

# No ratio of floats leaves its exponents. What does is 0 or infinite; nonsense raises.
CONTEXT = Context(prec=DIGITS, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[InvalidOperation])


def real(x: int) -> Decimal:
    """An integer, rounded: only the first digits of a long one are read, which is far faster."""
    more = max(0, x.bit_length() - 200)
    return Decimal(x >> more) * Decimal(2) ** more


def log_ratio(x: Decimal, y: Decimal, difference: Decimal) -> Decimal:
    """ln(x/y) for x >= 0 and y > 0 with x - y = `difference`, known to its own last digit."""
    t = difference / y
    return ln1p(t) if abs(t) <= NEAR else (x / y).ln()


def ln1p(t: Decimal) -> Decimal:
    """ln(1 + t), t not near -1."""
    if abs(t) > NEAR:
        return (1 + t).ln()
    total = Decimal(0)
    for n in range(TERMS, 0, -1):
        total = 1 / Decimal(n) - t * total
    return t * total


def relative_entropy(t: Decimal) -> Decimal:
    """(1 + t) ln(1 + t) - t >= 0, for t >= -1, which rounding may pass."""
    if t <= -1:
        return Decimal(1)
    if abs(t) > NEAR:
        return (1 + t) * (1 + t).ln() - t
    total = Decimal(0)
    for n in range(TERMS, 1, -1):
        total = 1 / Decimal(n * (n - 1)) - t * total
    return t * t * total


def minus_ln_of_rest(lost: Decimal) -> Decimal:
    """-ln(1 - lost); infinite where nothing is left but what was rounded."""
    return -ln1p(-lost) if lost < 1 - ROUNDED else INFINITE


def exp_tail(z: Decimal) -> Decimal:
    """e**z - 1 - z >= 0; infinite at either end."""
    if abs(z) > NEAR:
        return z.exp() - (1 + z) if z < INFINITE else z
    total = Decimal(0)
    for n in range(TERMS, 1, -1):
        total = (total * z + 1) / n
    return z * z * total


def expm1(z: Decimal) -> Decimal:
    """e**z - 1."""
    return z.exp() - 1 if abs(z) > NEAR else z + exp_tail(z)
