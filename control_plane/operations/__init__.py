"""What people who run the platform watch: statements that must always be true, and figures of the last minutes."""
