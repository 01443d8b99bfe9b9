"""What is made from the API's description is as the API is now."""

from litestar import Litestar

from docs.generate_from_api import description, generated
from tests.architecture.source import ROOT


def test_what_is_made_from_the_api_is_fresh(app: Litestar):
    stale = [path for path, text in generated(description(app)).items() if (ROOT / path).read_text(encoding="utf-8") != text]
    assert stale == [], "run: make generate"
