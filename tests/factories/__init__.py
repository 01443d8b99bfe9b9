"""Rows for tests: one function per table, every argument optional, everything valid."""
