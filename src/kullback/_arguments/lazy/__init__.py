"""Dask arrays: a call becomes a graph of calls on blocks of rows, and its result a Dask array.

faces ──► calls ──► rows       row by row: a task a block
              ├───► matrices   a task a pair of blocks; of a symmetric one, those above the diagonal
              └───► neighbours a task a pair of blocks, and a tree of merges
                    blocks     what a task runs, on a worker: the public function, on plain arrays
"""
