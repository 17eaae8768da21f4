"""pandas and xarray objects are compared by label; neither library is imported for it.

given ─► shapes    which axis of which argument is which dimension, as in NumPy's gufuncs
      ─► objects   what was given, as values and the labels of each axis
      ─► aligning  the same labels in one order ── else advice: ValueError with what to do
      ─► (the function, on plain arrays)
      ─► results   the labels of what is left
      calls: all of it, around one call
"""
