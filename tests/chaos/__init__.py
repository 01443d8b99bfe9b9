"""The chaos suite: a whole platform in processes, killed and stopped by seed, and a checker over both ledgers."""
