"""Who or what picked up: what is heard (tones, speech and pauses, words) and the decision over it. All of it is pure."""
