"""Scores of word vectors: embeddings, tasks, statistics."""
