"""Whether a trainer keeps its contract: small trainings in processes of their own, and what they must show."""
