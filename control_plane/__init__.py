"""The control plane: holds the truth in PostgreSQL, decides, and places the calls."""
