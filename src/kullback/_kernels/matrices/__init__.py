"""Tiles of matrices, by forms that bound their own error.

reference   what the forms share: rows beside a reference row, and how sure a result must be
products    a matrix product: rows are prepared, and a tile of the product certified
centred     what KL (and Jeffreys) make of that;  roots: what Hellinger and Bhattacharyya do
cosines     a lower bound of JS that is a product
entropic    pairwise JS with one logarithm a pair and bin
build       compiles them
"""
