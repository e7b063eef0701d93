"""What the torch trainer is made of; every module here imports torch, so it is imported only when used."""
