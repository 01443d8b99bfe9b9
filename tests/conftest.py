"""Fixtures for everybody."""

pytest_plugins = ["tests.fixtures.services", "tests.fixtures.carrier", "tests.fixtures.api"]
