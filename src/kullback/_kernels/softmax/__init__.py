"""Divergences of softmax rows from their logits.

exponentials   the arithmetic of logits and temperatures
steps · rows   one pass over a row pair; what the passes tell
kl · js        the sums of each divergence
build          compiles any of them
"""
