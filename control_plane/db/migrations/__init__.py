"""Alembic migrations; `migrate.py` beside them runs them."""
