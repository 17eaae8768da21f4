"""Floor 2: drivers. They cut work into tiles and run them; they know no formula.

    rows                row pairs ──► results;  sources: rows as a kernel needs them, tile by tile
    fallback            what the fast kernels have left UNCERTIFIED: near, then exact
    tiles               all pairs of rows ──► targets: a matrix or its upper triangle
    forms · products    the ways in which a tile can be computed; those that are a matrix product
    sparse              sparse rows: pairs of them, and matrices
    equal_rows          which rows of a matrix are equal, or in proportion
    searching           pairs that may be near ──► targets of `nearest`; by `filters`, if that pays
    sifting · kept      a tile of a filter's product; pairs that it leaves, computed in the end
    generalized_js      groups of rows ──► results;  groups, weights: what they are made of
    gaussians           rows of diagonal Gaussians;  gaussian_matrices: their forms;
                        gaussian_full: full covariances
    logits              row pairs of logits ──► results, few long rows in parts
    binning             samples ──► histograms
    columns             columns of tables ──► counts, and values of given ranks

A tile takes 1 to 20 ms. It is the unit of parallelism, of interrupts, of progress and of memory.
No result depends on how many threads there are or on where a tile ends.
"""
