"""A workspace's own prices over the installation's list. Pure: what they say, and the list that follows from both."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from control_plane.usage.prices import Currency, PriceList, Seconds, check

Price = Annotated[str, Meta(pattern=r"^[0-9]{1,5}(\.[0-9]{1,6})?$", examples=["0.0140"])]
Prefix = Annotated[str, Meta(pattern=r"^\+[0-9]{0,14}$", examples=["+1"], description='"+" stands for everywhere else')]
ModelName = Annotated[str, Meta(min_length=1, max_length=200)]


class OwnFailedCalls(Struct, forbid_unknown_fields=True, frozen=True):
    """What a call costs that nobody answered."""

    billed: bool = False
    per_call: Price = "0"


class OwnModelPrice(Struct, forbid_unknown_fields=True, frozen=True):
    """Per million tokens or characters, and per minute of sound."""

    input: Price = "0"
    cached_input: Price | None = None
    output: Price = "0"
    characters: Price = "0"
    audio_minute: Price = "0"


class OwnPrices(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """What differs from the installation's list. With another `currency` nothing is taken from it, so that "+" must have a price."""

    currency: Currency | None = None
    increment_s: Seconds | None = None
    minimum_s: Seconds | None = None
    per_call: Price | None = None
    failed_calls: OwnFailedCalls | None = None
    destinations: Annotated[dict[Prefix, Price], Meta(max_length=2000, description="Per minute, by prefix; the longest one wins")] = {}
    models: Annotated[dict[ModelName, OwnModelPrice], Meta(max_length=200)] = {}


def merged(base: PriceList, own: OwnPrices, version: int) -> PriceList:
    """The list by which the workspace is billed; its label names the version of the workspace's own prices. Raises `Invalid`."""
    is_alone = own.currency is not None and own.currency != base.currency
    plain: dict[str, Any] = {"destinations": {}, "models": {}} if is_alone else msgspec.to_builtins(base)
    said = {name: value for name, value in msgspec.to_builtins(own).items() if value is not None}
    said["destinations"] = plain["destinations"] | said["destinations"]
    said["models"] = plain["models"] | said["models"]
    plain |= said | {"name": f"own-{version}", "version": own.currency if is_alone else "over"}
    prices = msgspec.convert(plain, PriceList)
    check("The workspace's price list", prices)
    return prices if is_alone else msgspec.structs.replace(prices, version=base.label)


def shown(prices: PriceList) -> dict[str, Any]:
    """The list as `OwnPrices` would say it, complete."""
    plain = msgspec.to_builtins(prices)
    return {name: plain[name] for name in OwnPrices.__struct_fields__}
