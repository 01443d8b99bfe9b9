"""Figures over calls: what they are, how they are counted, and who may read them."""
