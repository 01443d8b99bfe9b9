"""Everything on one machine: embedded PostgreSQL and Redis, a local livekit-server, and the children that `callwright up` keeps alive."""
