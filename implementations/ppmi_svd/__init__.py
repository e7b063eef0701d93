"""PPMI-SVD: a factorisation of the matrix of positive pointwise mutual information."""
