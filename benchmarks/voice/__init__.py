"""How long a callee waits for the agent, and what a talking call costs, beside a minimal agent on the same stack in the same run."""
