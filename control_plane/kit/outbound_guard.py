"""Which addresses this installation may be made to call by somebody who can only type a URL.

Private, loopback, link-local, shared, multicast and reserved addresses are refused, in IPv4, IPv6 and IPv4 inside IPv6, and so is a host
of whose addresses one is such. A name is resolved once, at the connection, and the connection goes to an address that was looked at: an
answer of the resolver that changes between two questions (DNS rebinding) finds no second question. For development an explicit list
names hosts and networks that are allowed all the same.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]
MAX_URL = 2000
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# 6to4 and Teredo carry an IPv4 address inside, the relays' anycast network leads to whoever announces it.
_TUNNELS = (ipaddress.IPv6Network("2002::/16"), ipaddress.IPv6Network("2001::/32"))
_RELAYS = ipaddress.IPv4Network("192.88.99.0/24")
# A host's name, or a literal address of IPv6 as urlsplit hands it out.
_HOST = re.compile(r"[a-z0-9._-]{1,253}|[0-9a-f:.]{2,45}")


class Forbidden(Exception):
    """The URL or its address may not be called; the text is a sentence for whoever typed it."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be called although it is not public, and by plain HTTP."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()

    @classmethod
    def parse(cls, entries: Sequence[str]) -> "Allowed":
        """From host names, addresses and networks such as 10.0.0.0/8. Raises `ValueError` naming what is neither."""
        hosts, networks = set[str](), []
        for entry in entries:
            try:
                networks.append(ipaddress.ip_network(entry))
            except ValueError as error:
                if not _HOST.fullmatch(entry.lower()) or entry.replace(".", "").isdigit():
                    raise ValueError(entry) from error
                hosts.add(entry.lower())
        return cls(frozenset(hosts), tuple(networks))

    def has_address(self, address: Address) -> bool:
        return any(address in network for network in self.networks if network.version == address.version)

    def has_host(self, host: str) -> bool:
        literal = literal_of(host)
        return host.lower() in self.hosts or (literal is not None and self.has_address(literal))


class Guard:
    def __init__(self, allowed: Allowed, resolve: Resolve | None = None) -> None:
        self._allowed = allowed
        self._resolve = resolve or look_up

    def check_url(self, url: str) -> SplitResult:
        """Everything that can be said of a URL without asking the resolver. Raises `Forbidden`."""
        if len(url) > MAX_URL or not url.isascii() or any(ord(letter) <= 0x20 or ord(letter) == 0x7F for letter in url):
            raise Forbidden(f"A URL has at most {MAX_URL} characters, all of them ASCII and none of them blank.")
        try:
            parts = urlsplit(url)
            port, host = parts.port, (parts.hostname or "").lower()
        except ValueError as error:
            raise Forbidden("This is not a URL; look at its host and port.") from error
        if not _HOST.fullmatch(host) or port == 0 or parts.fragment or parts.username is not None or parts.password is not None:
            raise Forbidden("The URL needs a host, and takes no user, password or fragment.")
        if parts.scheme != "https" and not (parts.scheme == "http" and self._allowed.has_host(host)):
            raise Forbidden("The URL must begin with https://.")
        literal = literal_of(host)
        if literal is not None and not self._may(literal):
            raise Forbidden("The URL names an address that is not public.")
        if (host == "localhost" or host.endswith(".localhost")) and not (self._allowed.has_host(host) or self._allowed.networks):
            raise Forbidden("The URL names this machine.")
        return parts

    async def addresses(self, host: str, port: int) -> list[str]:
        """Where a connection to the host may go, in the resolver's order. Raises `Forbidden` if any of its addresses is not public."""
        literal = literal_of(host)
        found = [str(literal)] if literal is not None else await self._resolve(host, port)
        parsed = [address for text in found if (address := literal_of(text)) is not None]
        if not parsed or len(parsed) != len(found):
            raise Forbidden("The host has no address that can be called.")
        if not self._allowed.has_host(host) and not all(self._may(address) for address in parsed):
            raise Forbidden("The host has an address that is not public.")
        return [str(address) for address in parsed]

    def _may(self, address: Address) -> bool:
        return is_public(address) or self._allowed.has_address(_bare(address))


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could call it as well."""
    address = _bare(address)
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
        is_odd = address.scope_id is not None or address not in _GLOBAL_UNICAST or any(address in tunnel for tunnel in _TUNNELS)
        return address.is_global and not is_odd
    return address.is_global and not (address.is_multicast or address.is_reserved or address in _RELAYS)


def literal_of(host: str) -> Address | None:
    """The address that the text writes out; None for a name. Short and octal spellings are names: the resolver reads them, then we look."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _bare(address: Address) -> Address:
    """The IPv4 address of one that is mapped into IPv6."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


async def look_up(host: str, port: int) -> list[str]:
    """The machine's resolver. No address when it knows none."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
