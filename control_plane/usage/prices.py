"""What a call costs by a price list: a YAML file, checked when it is read. Money is decimal throughout and is rounded once, at the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml

from control_plane.domain.errors import Invalid

REFERENCE = Path(__file__).parent / "prices" / "reference.yaml"
CENT_OF_CENT = Decimal("0.0001")
"""Four places: carriers price minutes in hundredths of a cent."""
_MILLION = Decimal(1_000_000)
_MOST = Decimal(10_000)

Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
Prefix = Annotated[str, msgspec.Meta(pattern=r"^\+[0-9]{0,14}$")]
Seconds = Annotated[int, msgspec.Meta(ge=1, le=3600)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class FailedCalls(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a call costs that nobody answered; by default nothing."""

    billed: bool = False
    per_call: Decimal = Decimal(0)


class ModelPrice(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Per million tokens or characters, and per minute of sound."""

    input: Decimal = Decimal(0)
    cached_input: Decimal | None = None
    output: Decimal = Decimal(0)
    characters: Decimal = Decimal(0)
    audio_minute: Decimal = Decimal(0)

    def of(self, used: Mapping[str, Any]) -> Decimal:
        """The cost of what a model consumed, in the words of livekit-agents' usage; cached tokens are among the input tokens."""
        tokens, cached = _amount(used, "input_tokens"), _amount(used, "input_cached_tokens")
        cached_price = self.input if self.cached_input is None else self.cached_input
        of_tokens = max(tokens - cached, Decimal(0)) * self.input + min(cached, tokens) * cached_price
        of_tokens += _amount(used, "output_tokens") * self.output + _amount(used, "characters_count") * self.characters
        return of_tokens / _MILLION + _amount(used, "audio_duration") / 60 * self.audio_minute


class PriceList(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`destinations`: prefix to price per minute."""

    name: Text
    version: Text
    currency: Currency
    destinations: dict[Prefix, Decimal]
    increment_s: Seconds = 60
    minimum_s: Seconds = 60
    per_call: Decimal = Decimal(0)
    failed_calls: FailedCalls = FailedCalls()
    models: dict[Annotated[str, msgspec.Meta(max_length=200)], ModelPrice] = {}

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}"

    def prefix_of(self, e164: str) -> str:
        """The longest prefix that has a price; there is always "+"."""
        return next(e164[:n] for n in range(len(e164), 0, -1) if e164[:n] in self.destinations)


@dataclass(frozen=True, slots=True)
class Bill:
    """`models` as they are kept with the call: kind, model, cost as text (None without a price), and what was consumed."""

    prefix: str
    billable_seconds: int
    network: Decimal
    models_cost: Decimal
    models: list[dict[str, Any]]

    @property
    def total(self) -> Decimal:
        return self.network + self.models_cost


def bill(prices: PriceList, e164: str, seconds: int, *, failed: bool, used: Sequence[Mapping[str, Any]]) -> Bill:
    """The cost of one call of `seconds`. Models cost what they have consumed, whether somebody answered or not."""
    prefix = prices.prefix_of(e164) if e164.startswith("+") else "+"
    billable = 0 if failed else billable_seconds(prices, seconds)
    if failed:
        network = prices.failed_calls.per_call if prices.failed_calls.billed else Decimal(0)
    else:
        network = prices.per_call + prices.destinations[prefix] * billable / 60
    models, models_cost = priced(prices, used)
    return Bill(prefix, billable, rounded(network), models_cost, models)


def priced(prices: PriceList, used: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], Decimal]:
    """What models have consumed as it is kept with the call (`Bill.models`), and what it costs."""
    models = [_priced(prices, entry) for entry in used]
    return models, rounded(sum((Decimal(m["cost"]) for m in models if m["cost"] is not None), Decimal(0)))


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT_OF_CENT, ROUND_HALF_UP)


def billable_seconds(prices: PriceList, seconds: int) -> int:
    """For what time a call is billed that lasted so long."""
    return max(prices.minimum_s, -(-seconds // prices.increment_s) * prices.increment_s)


def _priced(prices: PriceList, used: Mapping[str, Any]) -> dict[str, Any]:
    price = prices.models.get(str(used.get("model", "")))
    return {**used, "cost": None if price is None else str(price.of(used))}


def _amount(used: Mapping[str, Any], name: str) -> Decimal:
    value = used.get(name, 0)
    return Decimal(str(value)) if isinstance(value, int | float) and value > 0 else Decimal(0)


def read_prices(path: Path) -> PriceList:
    """The list in a file. Raises `Invalid` that names the file and what is wrong with it."""
    try:
        plain = yaml.safe_load(path.read_bytes())
        prices = msgspec.convert(plain, PriceList)
    except OSError as error:
        raise Invalid(f"{path.name} cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise Invalid(f"{path.name} is no price list: {' '.join(str(error).split())[:300]}") from error
    check(path.name, prices)
    return prices


def check(name: str, prices: PriceList) -> None:
    """What a schema cannot say. Raises `Invalid` with a sentence that begins with `name`."""
    if "+" not in prices.destinations:
        raise Invalid.field("destinations", f'{name} has no price for "+", which stands for all places that it does not name.')
    amounts = [*prices.destinations.values(), prices.per_call, prices.failed_calls.per_call]
    amounts += [amount for model in prices.models.values() for amount in msgspec.structs.astuple(model) if amount is not None]
    if any(not amount.is_finite() or not 0 <= amount <= _MOST for amount in amounts):
        raise Invalid.field("prices", f"{name} has a price that is negative, above {_MOST}, or no number.")


@cache
def _known() -> dict[str, PriceList]:
    return {}


def use_prices(path: str) -> PriceList:
    """Read the list that this process bills by, once at its start; "" is the one that comes with the program."""
    _known()["in_use"] = read_prices(Path(path) if path else REFERENCE)
    return _known()["in_use"]


def prices_in_use() -> PriceList:
    return _known().get("in_use") or use_prices("")
