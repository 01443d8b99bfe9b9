"""The leaf: what control plane, agent and carrier agree on. Imports nothing of ours."""
