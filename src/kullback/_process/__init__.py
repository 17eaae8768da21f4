"""What a library owes its process.

threads                   the pool, cancelling, progress; limits, cgroups: how many threads
memory · blas             what fits; how many threads a matrix product may use
cache · digests           compiled kernels on disk, and what they were made of
compiling · uninterrupted on threads of their own, so that Ctrl-C waits for none
loading · forks           modules on first use, which neither a fork nor an interrupt breaks
requirements · arrays     the oldest packages that will do; one type of arrays
"""
