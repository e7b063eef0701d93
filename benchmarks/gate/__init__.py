"""Whether a change made a trainer slower, larger or worse than a base revision, measured side by side."""
