"""How this product speaks to Redis through arq: one place for address, encoding and patience."""

from collections.abc import Mapping
from typing import Any

import msgspec
from arq.connections import ArqRedis, RedisSettings
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

# arq's default is pickle: whoever can write to Redis could run code here (facts/stack §4).
encode_task = msgspec.json.encode
decode_task = msgspec.json.decode


def redis_settings(url: str) -> RedisSettings:
    """For the task worker: it outlives a restart of Redis, which kills arq's default settings (facts/stack §4.4)."""
    settings = RedisSettings.from_dsn(url)
    settings.retry = Retry(ConstantBackoff(0.5), 20)
    settings.retry_on_error = [RedisConnectionError, RedisTimeoutError]
    settings.retry_on_timeout = True
    return settings


def connect(url: str, options: Mapping[str, Any] | None = None) -> ArqRedis:
    """A client that connects when first used, so that a Redis that is down delays nudges and nothing else."""
    pool = ConnectionPool.from_url(url, socket_connect_timeout=2, socket_timeout=5, **(options or {}))
    client = ArqRedis(pool, job_serializer=encode_task, job_deserializer=decode_task)
    # Nobody else has the pool: closing the client is to close it too, which redis-py does only for pools of its own.
    client.auto_close_connection_pool = True
    return client
