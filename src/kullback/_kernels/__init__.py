"""Floor 1: kernels. One row pair or one tile; no shape checks, no allocation per element.

A divergence is its `term`: what one bin contributes, a function of x, y and d = x - y, where x and
y are the two probabilities times one common positive number, and d is known to the last digit.
Terms are never negative and do not cancel, so a sum of them has all its digits.

    kl · js           the terms, and what each divergence needs besides
    rules             what an option (pseudocount, zeros) makes of a pair of entries
    rows              term + rule ──► many row pairs, as fast as they can be read
    careful           term + rule ──► the pairs that `rows` leaves: nearly equal, extreme, invalid
    reference         what the two forms for matrices share
    centred           pairwise KL as a matrix product, with a bound of its error
    entropic          pairwise JS with one logarithm a pair and bin, with a bound of its error
    build             compiles any of them, once for each dtype
"""
