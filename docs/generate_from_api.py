"""Writes what is made from the API's own description, so that it cannot be older than the code: the JSON Schema of `campaign.yaml`
and the Python client.

Run `python -m docs.generate_from_api` (or `make generate`) after a change of the API; a test says when that was forgotten.
"""

import json
import sys
from pathlib import Path
from typing import Any

from litestar import Litestar
from litestar.serialization import decode_json, encode_json, get_serializer

from control_plane.app import create_app
from control_plane.kit.api_docs import complete
from control_plane.remote.campaign_schema import campaign_schema
from control_plane.settings import Settings
from docs.client_generator import python_client

ROOT = Path(__file__).parents[1]
CAMPAIGN_SCHEMA = "control_plane/remote/campaign.schema.json"
PYTHON_CLIENT = "clients/python/callwright_client.py"


def description(app: Litestar) -> dict[str, Any]:
    """What `/openapi.json` answers."""
    described = app.openapi_schema.to_schema()
    complete(app, described)
    return decode_json(encode_json(described, get_serializer(app.type_encoders)))


def generated(described: dict[str, Any]) -> dict[str, str]:
    """Each file's path and text."""
    return {
        CAMPAIGN_SCHEMA: json.dumps(campaign_schema(described), indent=2, ensure_ascii=False) + "\n",
        PYTHON_CLIENT: python_client(described),
    }


def main() -> int:
    # The routes are the same whatever is behind them; nothing is asked.
    nowhere = Settings("postgresql+psycopg://nowhere/none", "redis://nowhere/0", "ws://nowhere", *("nothing",) * 6)
    for path, text in generated(description(create_app(nowhere))).items():
        (ROOT / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
