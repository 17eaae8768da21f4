"""Floor 2: drivers. They cut work into tiles and run them; they know no formula.

    threads   the pool, cancelling, progress                  tile(0) ... tile(n - 1), in any order
    limits    how many threads, and why; what `cgroups` allow
    blas      how many threads a matrix product may use
    source    rows of an array as a kernel needs them, tile by tile, copied only where they must be
    rows      row pairs ──► results
    logits    row pairs of logits ──► results, few long rows in parts
    forms     the ways in which a tile of a matrix can be computed
    products  those that are a matrix product
    equal_rows   which rows of a matrix are equal, or in proportion
    gaussian_matrices   rows, pairs and forms of diagonal Gaussians
    gaussian_full       pairs of Gaussians with full covariances
    tiles     all pairs of rows ──► targets: a matrix or its upper triangle
    memory    what fits

A tile takes 1 to 20 ms. It is the unit of parallelism, of interrupts, of progress and of memory.
No result depends on how many threads there are or on where a tile ends.
"""
