"""`make fuzz`: the long form. Starts a PostgreSQL and a Redis of its own, serves the application, and lets schemathesis ask.

Exit code 1 when something was found; what it was, and a curl command that shows it, stand in the output.
"""

import argparse
import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from control_plane.db.migrate import migrate
from control_plane.db.session import create_engine
from control_plane.kit.logs import configure
from control_plane.local.postgres import EmbeddedPostgres
from control_plane.local.redis import EmbeddedRedis
from tests.fixtures.api import open_api, settings_for
from tests.fuzz.run import Shape, fuzz
from tests.fuzz.serving import served
from tests.integration.api.belongings import belongings

PHASES = ("examples", "coverage", "fuzzing", "stateful")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz", epilog="Everything after -- is given to schemathesis.")
    parser.add_argument("--examples", type=int, default=100, help="requests per operation and phase")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--phases", default=",".join(PHASES), help="of examples, coverage, fuzzing and stateful")
    parser.add_argument("options", nargs="*", help="of schemathesis, such as --include-path=/api/v1/calls")
    given = parser.parse_args()
    shape = Shape(given.examples, given.phases.split(","), given.seed, given.options)
    # What crashes is told with its trace; a line per request would bury it.
    configure("error")
    with TemporaryDirectory(prefix="callwright-fuzz-") as folder:
        return _against_services(Path(folder), shape)


def _against_services(folder: Path, shape: Shape) -> int:
    postgres, redis = EmbeddedPostgres(folder / "pg", durable=False), EmbeddedRedis(folder / "redis", durable=False)
    try:
        url = postgres.start()
        migrate(url)
        redis.start()
        return asyncio.run(_fuzz(url, redis.url(), folder, shape))
    finally:
        redis.stop()
        postgres.stop()
        postgres.destroy()


async def _fuzz(database: str, redis_url: str, folder: Path, shape: Shape) -> int:
    settings = replace(settings_for(database, folder), redis_url=redis_url, rate_limit_per_minute=0, call_starts_per_minute=0)
    engine = create_engine(database)
    try:
        async with open_api(engine, settings) as api, served(api.app) as url:
            code, said = await fuzz(url, "cw_owner", (await belongings(api, api.owner)).ids, folder / "schemathesis", shape)
    finally:
        await engine.dispose()
    print(said)
    return 1 if code else 0


if __name__ == "__main__":
    sys.exit(main())
