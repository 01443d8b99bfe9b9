"""Full second implementations of ports; each runs the contract suite of its port."""
