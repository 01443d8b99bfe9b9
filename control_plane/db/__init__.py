"""PostgreSQL: the truth. Tables, sessions, migrations."""
