"""Is one system better than another? The tests, intervals and equivalence tests behind a comparison."""
