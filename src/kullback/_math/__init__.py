"""Floor 0: primitives of scalars and lanes, each with its domain, its error bound and its source.

    kinds · values    the type of lanes; numbers that are not known while a kernel is built
      ▼
    tracing · flow    how helpers become instructions, in no function of their own; branches, loops
      ▼
    lanes             eight numbers at a time, and their operators
      ├──► memory, shuffles         loads and stores; what goes between lanes
      ▼
    bits ──► precision              what differs between float64 and float32: each function is one
      │         ▼
      │      series ──► log         ln x; log2, by table
      │        ├──────► log_ratio   x ln(x/y) - x + y and ln(x/y), without cancellation
      │        └──────► exp         e**z, e**z - 1 and e**z - 1 - z
      └──────────────► sums         sums in twice the precision, exact products, powers of two

They are written in integer and fused multiply-add steps without branches, so that LLVM turns a
loop over them into vector instructions; `tests/math` looks for those in the machine code.
"""
