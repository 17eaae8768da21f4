"""What is true: every quantity by its definition, in as many digits as cancel.

rows         what was given, as integers, with all options applied exactly
terms        the textbooks' terms of each divergence of two rows
sums         sums whose terms cancel, in as many bits as that asks for
divergences  terms and rows put together: a value, and what an error of it is in proportion to
tables · gaussians · logits   the other families;  closed_forms   densities

The tests, the fuzzers and the benchmarks all ask here, and nothing here knows of the library.
"""
