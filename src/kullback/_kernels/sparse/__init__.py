"""Sparse rows: pairs of them, and walks over the inverted index.

gather      two rows side by side, as short dense rows
inverted    for each bin, the rows that have it
features    what rows become before they are walked over
walk        one row and all that share bins with it;  forms: what a divergence makes of that
entropic · logarithmic · roots · powers · rational      the divergences
build       compiles any of them
"""
