"""The world of contacts and campaigns, and calls made in it, for the tests here."""

from tests.fixtures.world import world

__all__ = ["world"]
