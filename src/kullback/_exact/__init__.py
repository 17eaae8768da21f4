"""Right to the last bit, whatever the numbers, and slow: what no fast kernel vouches for.

functions       logarithms and exponentials without cancellation, in `decimal`
rows            pairs of discrete rows; the form of a divergence stands beside its kernel's terms
gaussians       pairs of diagonal Gaussians
logits          pairs of softmax rows
generalized_js  m discrete rows and their mean

Nothing here imports Numba: this is the last rung of fast, near, exact, and compiles nothing.
"""
