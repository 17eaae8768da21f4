"""Tiles of matrices, by forms that bound their own error.

reference     what the forms share: rows beside a reference row
centred       pairwise KL as a matrix product
symmetrized   pairwise Jeffreys: the same for both directions at once
roots         pairwise Hellinger and Bhattacharyya: a product of square roots
entropic      pairwise JS with one logarithm a pair and bin
"""
