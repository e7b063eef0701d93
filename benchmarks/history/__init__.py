"""Results kept over commits: a store of JSON lines, series of equal conditions, and where a level changed."""
