"""The tenant, its keys, and who is asking."""
