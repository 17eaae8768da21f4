"""Gaussians: terms, rows and matrices.

spreads             variances, standard deviations and log-variances, compared
terms               one dimension of a pair, of any metric, and the sums that are vouched for
rows · pairs        many pairs of diagonal Gaussians: KL of batches; any metric of a matrix's rows
products            pairwise KL, Jeffreys, Wasserstein as a matrix product, certified
overlaps            pairwise Bhattacharyya and Hellinger: one logarithm for eight dimensions
cholesky · scales   triangular factors of eight small matrices at a time; their powers of two
full · large        KL of full covariances by them, and by LAPACK
build               compiles any of them
"""
