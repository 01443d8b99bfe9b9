"""The commands that need the control plane's own environment, a module each."""
