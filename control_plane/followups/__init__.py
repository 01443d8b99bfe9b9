"""Follow-ups: somebody who may be in danger is called again by a protocol, or given to an operator."""
