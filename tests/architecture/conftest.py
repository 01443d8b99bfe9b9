"""The application without anything behind it: enough to look at its routes."""

import pytest
from litestar import Litestar

from control_plane.app import create_app
from control_plane.settings import Settings


@pytest.fixture(scope="package")
def app() -> Litestar:
    return create_app(
        Settings(
            database_url="postgresql://nobody@127.0.0.1:1/none",
            redis_url="redis://127.0.0.1:1/0",
            livekit_url="ws://127.0.0.1:1",
            livekit_api_key="key",
            livekit_api_secret="secret-of-at-least-32-characters-so-that-it-counts",
            encryption_key="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            storage_url="file:///nowhere",
            public_url="http://127.0.0.1:8000",
            api_url="http://127.0.0.1:8000",
        )
    )
