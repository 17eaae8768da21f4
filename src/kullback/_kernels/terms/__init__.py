"""What a divergence is made of: one file for each.

arithmetic   what terms are, and the functions of both precisions that they are written with
"""
