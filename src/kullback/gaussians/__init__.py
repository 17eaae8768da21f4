"""Divergences of Gaussians, diagonal and full: row by row, and all pairs."""
