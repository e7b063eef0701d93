"""Parts of the comparison of systems: what was answered, what it proves, how it is kept."""
