"""The only place of the control plane that speaks to LiveKit. `port` says what is needed, `livekit` does it."""
