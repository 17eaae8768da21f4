"""Loops over row pairs.

rules          what an option makes of a pair of entries
sums · plans   the steps of the loops, fast and doubled; what is done once a row
thresholds     which results the loops certify, each limit with its inequality
rows           many row pairs, as fast as they can be read
short          the same for rows of few bins, eight rows at a time
singles        the same in float32
custom         a user's own f
"""
