"""GloVe: vectors fitted to the logarithms of co-occurrence counts."""
