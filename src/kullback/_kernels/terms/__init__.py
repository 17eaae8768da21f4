"""What a divergence is made of: one file for each, with its record and its exact form.

`record` says what the floors above need to know. No file here imports Numba before its `make` is
called, so that all records can be read at no cost; `make` gives the terms, as `_kernels.arithmetic`
describes them, in one of its two precisions.
"""
