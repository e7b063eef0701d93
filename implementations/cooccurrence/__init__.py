"""Co-occurrence counts of an encoded corpus, exact and in bounded memory: what the count-based trainers begin with."""
