"""The weighted mean row of each group of m rows, for the rows kernel to compare them with.

    common    what is known of rows and groups, and how their factors are made
    long      rows one after the other, eight columns at a time
    short     rows of few bins, eight groups at a time
    results   from the divergences of the rows to those of the groups

With w the weights (of sum 1), A the sums of rows, pseudocounts c included, and r the row of the
largest weight, the mean in units of row r, and without c, which the rows kernel adds, is

    a_r + sum w (a f - a_r) + c sum w (f - 1),    f = A_r / A,

times a power of two that keeps it from being negative. It rounds to row r itself where all rows are
proportional. Rounded, it is m', and less than it should be by `low`, at most 2**-53 m'; then

    sum w KL(p||m') = JS + KL(m||m'),    KL(m||m') = (sum low**2 / m' - (sum low)**2 / M) / 2 M

to a part 2**-50, M being the mass (without the second term and by M = 1 for rows that are not
normalized). `results` says what that leaves.
"""
