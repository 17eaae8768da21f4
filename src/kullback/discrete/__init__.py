"""Histograms, counts, weights: row by row, and all pairs of rows."""
