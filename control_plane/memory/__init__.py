"""What is remembered of contacts across calls, as people see, change and erase it."""
