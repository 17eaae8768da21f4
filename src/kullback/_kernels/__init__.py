"""Floor 1: kernels. One row pair or one tile; no shape checks, no allocation per element.

A divergence is its `Terms`: what one bin contributes, a function of x, y and d = x - y, where x and
y are the two probabilities times one common number and d is known to the last digit, and how the
sum of all bins becomes the result. Terms are not negative and do not cancel, so a sum of them has
all its digits.

    terms             what a divergence is made of; float64 and float32 arithmetic
    kl · js · jeffreys · hellinger · total_variation · chi2 · renyi · cross_entropy
    custom            a user's own f
    rules             what an option (pseudocount, zeros) makes of a pair of entries
    sums              sums, scales and shares of a row pair: the steps of the loops below
    rows              terms + rule ──► many row pairs, as fast as they can be read
    short             the same for rows of few bins, eight rows at a time
    singles           the same in float32
    careful           terms ──► the pairs that those leave: nearly equal, extreme, invalid; one
                      kernel for all rules but the pseudocount; its steps: careful_pair,
                      careful_differences, careful_exact, careful_terms, careful_logarithm
    reference         what the forms for matrices share: rows beside a reference row
    centred           pairwise KL as a matrix product, with a bound of its error
    symmetrized       pairwise Jeffreys: the same for both directions at once
    roots             pairwise Hellinger and Bhattacharyya: a product of square roots
    entropic          pairwise JS with one logarithm a pair and bin, with a bound of its error
    mixture           JS of several distributions
    softmax           divergences of softmax rows from their logits
    binning           histograms of samples
    gaussian_spreads  variances, standard deviations and log-variances, compared
    gaussian_pairs    pairs of diagonal Gaussians, without cancellation
    gaussian_products pairwise KL, Jeffreys, Wasserstein of Gaussians as a matrix product, certified
    gaussian_overlaps pairwise Bhattacharyya and Hellinger: one logarithm for eight dimensions
    cholesky          triangular factors of eight small matrices at a time
    gaussian_full     KL of full covariances by them;  gaussian_large: by LAPACK
    build             compiles any of them, once for each dtype; build_gaussians, build_mixtures,
                      build_softmax: those of their kind;  signatures: the types of their arrays
"""
