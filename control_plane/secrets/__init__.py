"""Secrets that a workspace gives and nobody reads back: written over the API, handed to an agent for its own live call."""
