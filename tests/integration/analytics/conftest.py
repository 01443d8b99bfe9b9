"""The world's fixtures are this slice's too."""

from tests.fixtures.world import world

__all__ = ["world"]
