"""Loops over row pairs.

rules · sums   what an option makes of a pair of entries; sums, scales and shares of a row pair
rows           many row pairs, as fast as they can be read
short          the same for rows of few bins, eight rows at a time
singles        the same in float32
custom         a user's own f
"""
