"""word2vec-bench: trains word2vec implementations under one protocol, scores and times them, and reports."""

__version__ = "0.1.0"
