"""The services that tests of every part share."""

import psycopg
import redis

from control_plane.local.probes import answers
from tests.fixtures.services import LiveKitService


def _plain(url: str) -> str:
    return url.replace("+psycopg", "", 1)


def test_a_database_is_migrated_and_the_tests_own(database: str, postgres_url: str) -> None:
    with psycopg.connect(_plain(database)) as connection:
        assert connection.execute("SELECT count(*) FROM campaign").fetchone() == (0,)
    assert database != postgres_url


def test_an_empty_database_has_no_tables(empty_database: str) -> None:
    with psycopg.connect(_plain(empty_database)) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_redis_is_empty_at_the_start_of_a_test(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


def test_redis_is_empty_at_the_start_of_the_next_test_as_well(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0


async def test_livekit_answers(livekit: LiveKitService) -> None:
    assert await answers(livekit.url.replace("ws://", "http://"))()
