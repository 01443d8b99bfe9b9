"""The world of two workspaces, for the tests here."""

from tests.fixtures.world import world

__all__ = ["world"]
