"""Plans, isolated workers, measurements and the store of results."""
