"""Divergences of softmax(a / T) from softmax(b / T), with neither of them ever formed.

A row pair is surveyed, then there are passes over it, each of which takes four sums. They are taken
from 0 on in parts of PART columns, in each by eight lanes, wherever and by however many threads, so
that a result has the same bits.

    survey ──► fast pass ──► certified? ──► result             2 exps an element and pass
     │                │ no: ln P
     └► nan, inf      └────► doubled pass, ln P known ──► certified? ──► result
                                ▲      no: ln P better       │ not after three
                                └────────────────────────────┴──────► UNCERTIFIED: _exact.logits

P is the quotient of the sums of e**((b - B)/T) and of e**((a - A)/T), A and B the largest logits.

survey    A and B, whether the rows are valid, how far from B a logit of q may be that counts
steps     what a pass does with eight columns, fast or with every difference in two parts
sums      sums over lanes, parts and rows
kl · js · skewed · entropy   what the sums tell
rows      the kernel over row pairs;  parts: over parts of one row pair that several threads share
build     compiles any of them
"""
