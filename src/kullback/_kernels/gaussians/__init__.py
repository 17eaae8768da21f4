"""Gaussians: terms, rows and matrices.

spreads             variances, standard deviations and log-variances, compared
terms · rows        one dimension of a pair; many pairs of diagonal Gaussians
pairs               pairs without cancellation
products            pairwise KL, Jeffreys, Wasserstein as a matrix product, certified
overlaps            pairwise Bhattacharyya and Hellinger: one logarithm for eight dimensions
cholesky            triangular factors of eight small matrices at a time
full · large        KL of full covariances by them, and by LAPACK
build               compiles any of them
"""
