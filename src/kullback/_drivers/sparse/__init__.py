"""Sparse rows, never made dense: time goes with their entries and with the bins that two share.

rows       rows as the kernels read them: starts, bins, values
pairs      row pairs ──► results: the bins of either are gathered into two short dense rows
walks      what rows become before they are walked over, and the inverted index of some
matrices   all pairs of rows ──► targets: walks, and pairs where no walk is certain
"""
