"""One row pair or one tile: no shape checks, no allocation per element.

terms       what a divergence is made of: one file for each, with its record
rows        loops over row pairs
matrices    tiles of matrices, by forms that bound their own error
sparse      pairs of sparse rows, and walks over their inverted index
gaussians   diagonal and full Gaussians
softmax     rows given by their logits
means       the mean rows of groups, for JS of several distributions
selection   the k best of a row;  sieve: which pairs of a tile may be among them
binning     histograms of samples
counting    columns of tables: edges, cells, codes
grouping    weighted sums of the rows of each cluster
arithmetic  the functions that terms are written with, in either precision
build       compiles any of them, once for each dtype; matrices, sparse, gaussians and softmax
            have a build of their own;  signatures: the types of their arrays
"""

# A result that a kernel does not vouch for: the next rung of fast, near, exact computes it.
UNCERTIFIED = float("-inf")
