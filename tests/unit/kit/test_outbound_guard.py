"""Which addresses may be called by somebody who can only type a URL."""

import ipaddress
import re

import pytest

from control_plane.kit.outbound_guard import Allowed, Forbidden, Guard, is_public

PRIVATE = [
    *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255"),
    *("192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1"),
    *("239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
    *("::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001:db8::1", "2001::1"),
    *("2002:7f00:1::1", "2002:a00:1::", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1"),
    *("2001:10::1", "3fff::1" if ipaddress.ip_address("3fff::1").is_private else "fd00::1"),
]
PUBLIC = ["1.1.1.1", "93.184.216.34", "172.32.0.1", "::ffff:1.1.1.1", "64:ff9b::101:101", "2606:4700::1111", "2a00:1450::200e"]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_of_the_internet_is_refused(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_what_anybody_can_call_is_allowed(address):
    assert is_public(ipaddress.ip_address(address))


def guard(*allowed: str, **names: list[str]) -> Guard:
    async def resolve(host: str, port: int) -> list[str]:
        return names.get(host.replace(".", "_"), [])

    return Guard(Allowed.parse(allowed), resolve)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "//example.com/",
        "https://",
        "https:///path",
        "https://user@example.com/",
        "https://:word@example.com/",
        "https://example.com/#part",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://example.com:x/",
        "https://exämple.com/",
        "https://example.com/a b",
        "https://example.com/\r\nHost: other",
        "https://[::1",
        "https://[fe80::1%25eth0]/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://localhost/",
        "https://a.localhost/",
        "https://LOCALHOST/",
        "https://example.com/" + "x" * 2000,
        "https://exa$mple.com/",
    ],
)
def test_a_url_that_cannot_be_meant_is_refused_when_it_is_typed(url):
    with pytest.raises(Forbidden):
        guard().check_url(url)


@pytest.mark.parametrize(
    "url", ["https://example.com", "https://EXAMPLE.com:8443/a?b=c", "https://1.1.1.1/", "https://[2606:4700::1111]/x"]
)
def test_a_public_url_is_taken(url):
    assert guard().check_url(url).hostname


async def test_one_address_that_is_not_public_is_enough_to_refuse_a_host():
    with pytest.raises(Forbidden, match="not public"):
        await guard(mixed_example=["1.1.1.1", "10.0.0.1"]).addresses("mixed.example", 443)
    assert await guard(good_example=["1.1.1.1", "2606:4700::1111"]).addresses("good.example", 443) == ["1.1.1.1", "2606:4700::1111"]


@pytest.mark.parametrize("spelling", ["2130706433", "0x7f.1", "127.1", "017700000001"])
async def test_an_odd_spelling_of_loopback_is_seen_through(spelling):
    """The machine's own resolver reads these as 127.0.0.1, or refuses them."""
    with pytest.raises(Forbidden):
        await Guard(Allowed()).addresses(spelling, 443)


async def test_a_host_without_an_address_is_refused():
    with pytest.raises(Forbidden, match="no address"):
        await guard().addresses("nowhere.example", 443)


async def test_development_may_name_hosts_and_networks():
    allowing = guard(
        "127.0.0.0/8", "fd00::/8", "dev.internal", dev_internal=["10.9.8.7"], other_internal=["10.9.8.7"], six_internal=["fd00::1"]
    )
    assert await allowing.addresses("127.0.0.1", 80) == ["127.0.0.1"]
    assert await allowing.addresses("::ffff:127.0.0.1", 80)
    assert await allowing.addresses("dev.internal", 80) == ["10.9.8.7"]
    assert await allowing.addresses("six.internal", 80) == ["fd00::1"]
    for url in ("http://127.0.0.1:8080/", "http://dev.internal/", "https://dev.internal/"):
        allowing.check_url(url)
    with pytest.raises(Forbidden):
        await allowing.addresses("other.internal", 80)
    with pytest.raises(Forbidden):
        allowing.check_url("http://other.internal/")


@pytest.mark.parametrize("entry", ["10.0.0.0/33", "http://x", "a b", "10.0.0.1/8", "1.2.3"])
def test_an_entry_that_is_neither_host_nor_network_is_named(entry):
    with pytest.raises(ValueError, match=re.escape(entry)):
        Allowed.parse([entry])
