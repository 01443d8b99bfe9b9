"""People who take over calls: when they are there, and whose calls they take."""
