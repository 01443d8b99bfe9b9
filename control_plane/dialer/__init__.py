"""The dialer: claims what is due, sends an agent, and then, with the agent ready and the gate asked again, lets the phone ring."""
