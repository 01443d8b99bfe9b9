"""Trying an assistant without a phone: the agent's own code, with typed words for heard ones and nothing carried out."""
