"""Floor 4: faces. Files and terminals in, public functions below; no formula and no loop over bins.

    cli        the commands, their options, exit statuses: `main(argv) -> int`
    demo       `kullback demo`: the byte histograms of the standard library's own sources
    tables     a file ──► Table (values, labels): .npy and .parquet here, .csv and .tsv in `csv_table`
    csv_table  text ──► Table, with the line and column of whatever is wrong
    outputs    results ──► files that appear whole or not at all
    errors     UserError: one line saying what, where and the remedy

A command reads its input, checks everything that can be checked before the work (paths, suffixes,
missing packages), calls the library, and only then lets its output files appear, all together.
"""
