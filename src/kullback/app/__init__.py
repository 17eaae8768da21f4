"""Floor 4: faces. Files and terminals in, public functions below; no formula and no loop over bins.

    cli        the commands, their options, exit statuses: `main(argv) -> int`
    demo       `kullback demo`: `corpus` reads the standard library's sources, `findings` says
               what is in their matrix, `report` prints it
    pairwise   `kullback pairwise`: reads, calls the library, writes
    neighbors  `kullback neighbors`: the same, to a graph; `sparse_files`: .npz in and out
    drift      `kullback drift`: the same; `typed_tables` reads columns of any type, `report_files`
               writes what was found
    tables     a file ──► Table (values, labels): .npy and .parquet
    csv_table  .csv and .tsv ──► values and labels, or the line and column of what is wrong
    outputs    files that appear whole or not at all; `matrix_files` fills them
    info       `kullback info`: what is installed and used, and the `self_test` with `known_answers`
    progress   a bar on a terminal, else nothing
    errors     UserError: one line saying what, where and the remedy

A command reads its input, checks everything that can be checked before the work (paths, suffixes,
missing packages), calls the library, and only then lets its output files appear, all together.
"""
