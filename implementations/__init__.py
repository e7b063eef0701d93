"""The trainers, the contract they keep and the registry that finds them."""
