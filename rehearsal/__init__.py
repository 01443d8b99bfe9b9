"""A phone network in a box: simulated carrier, callee scripts and stand-in models. Speaks only LiveKit, Redis and HTTP."""
