"""The world of contacts and campaigns, for the tests here."""

from tests.fixtures.world import world

__all__ = ["world"]
