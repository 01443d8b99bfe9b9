"""What is kept, for how long, what is forgotten, and what is handed out: call details, retention, legal holds, erasure, a person's data."""
