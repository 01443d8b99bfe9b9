"""The ledger's slice: what is known about each call, who said so, and what follows from its end."""
