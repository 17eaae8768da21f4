"""Any call and any file, against the oracle.

arrays           draws arrays of any dtype, layout, shape and size
calls · gaussians · covariances · logits · sparse · neighbours · tables · labels · files
                 draw calls of a family, and make them
expected_*       what such a call must return or raise, by the oracle and the interface's rules
check            compares the two; found keeps the cases that were found

`python tests/fuzz.py 15` runs them for a quarter of an hour, `test_fuzz` a little and all of found.
"""
