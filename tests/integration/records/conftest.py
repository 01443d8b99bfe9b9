"""The world of contacts and campaigns, for records too."""

from tests.fixtures.world import world

__all__ = ["world"]
