"""What vectors look like without a question set: neighbours, stability, alignment, isotropy, hubness, norms."""
