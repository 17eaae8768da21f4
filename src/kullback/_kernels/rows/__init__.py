"""Loops over row pairs.

rules          what an option makes of a pair of entries
sums · plans   the steps of the fast loops; what is done once a row
differences · scales   the same of the near loops: of near-equal rows, and rows of any scale
thresholds     which results the loops certify, each limit with its inequality
rows           many row pairs, as fast as they can be read
short          the same for rows of few bins, eight rows at a time
singles · single_sums   the same in float32
custom         a user's own f
"""
