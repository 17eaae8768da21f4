"""Floor 0: scalar primitives, each with its domain, its error bound and its source.

    bits ──► series ──► log         ln x
      │        └──────► log_ratio   x ln(x/y) - x + y and ln(x/y), without cancellation
      └──────────────► sums         sums in twice the precision, exact products, powers of two

They are written in integer and fused multiply-add steps without branches, so that LLVM turns a
loop over them into vector instructions; `tests/test_math.py` looks for those in the machine code.
"""
