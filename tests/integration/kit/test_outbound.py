"""The guarded client on real sockets: where it connects, whom it asks for by TLS, and when it gives up."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from control_plane.kit.outbound import MOST_ANSWER, Answer, NotDelivered, OutboundClient
from control_plane.kit.outbound_guard import Allowed, Forbidden, Guard

HOST = "hooks.test"


@dataclass
class Server:
    """Answers every connection with the same bytes, or never."""

    port: int = 0
    answer: bytes | None = b"HTTP/1.1 204 No Content\r\n\r\n"
    requests: list[bytes] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    """Hosts that TLS was asked for."""
    certificate: Path = Path()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            if self.answer is None:
                await reader.read()
            else:
                writer.write(self.answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = listening.sockets[0].getsockname()[1]
    yield made
    listening.close()


def _certificate(folder: Path) -> Path:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    begun = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begun, begun + datetime.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "certificate.pem"
    path.write_bytes(plain + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
async def tls_server(tmp_path: Path) -> AsyncIterator[Server]:
    made = Server(certificate=_certificate(tmp_path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate)
    context.sni_callback = lambda _, name, __: made.names.append(name)
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=context)
    made.port = listening.sockets[0].getsockname()[1]
    yield made
    listening.close()


def guard(*addresses: str) -> Guard:
    async def resolve(host: str, port: int) -> list[str]:
        return list(addresses)

    return Guard(Allowed(networks=(ipaddress.ip_network("127.0.0.0/8"),)), resolve)


async def post(client: OutboundClient, url: str) -> Answer:
    try:
        return await client.post(url, {"content-type": "application/json"}, b"{}")
    finally:
        await client.aclose()


async def test_tls_asks_for_the_hosts_name_at_the_address_that_was_looked_at(tls_server: Server) -> None:
    trust = ssl.create_default_context(cafile=str(tls_server.certificate))
    answer = await post(OutboundClient(guard("127.0.0.1"), within_s=30, tls=trust), f"https://{HOST}:{tls_server.port}/hook?a=b")
    assert (answer.status, tls_server.names) == (204, [HOST])
    assert tls_server.requests[0].startswith(f"POST /hook?a=b HTTP/1.1\r\nHost: {HOST}:{tls_server.port}\r\n".encode())


async def test_a_certificate_of_another_host_or_of_nobody_known_is_refused(tls_server: Server) -> None:
    trust = ssl.create_default_context(cafile=str(tls_server.certificate))
    for host, tls in (("other.test", trust), (HOST, None)):
        with pytest.raises(NotDelivered, match="certificate"):
            await post(OutboundClient(guard("127.0.0.1"), within_s=30, tls=tls), f"https://{host}:{tls_server.port}/")
    assert tls_server.requests == []


class Network(httpcore.AsyncMockBackend):
    """Notes where connections go."""

    def __init__(self) -> None:
        super().__init__([b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"])
        self.went_to: list[str] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.went_to.append(host)
        return await super().connect_tcp(host, port)


async def test_a_resolver_that_changes_its_mind_is_asked_once_per_connection() -> None:
    """DNS rebinding: a public address for the check, a private one for the connection."""
    answers = [["1.1.1.1"], ["169.254.169.254"]]

    async def rebinding(host: str, port: int) -> list[str]:
        return answers.pop(0)

    network = Network()
    client = OutboundClient(Guard(Allowed(), rebinding), within_s=30, network=network)
    assert (await post(client, "https://rebind.example/")).status == 204
    assert network.went_to == ["1.1.1.1"]
    with pytest.raises(Forbidden):
        await post(OutboundClient(Guard(Allowed(), rebinding), within_s=30, network=network), "https://rebind.example/")
    assert network.went_to == ["1.1.1.1"]


async def test_a_redirect_is_an_answer_and_nothing_more(server: Server) -> None:
    server.answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    assert (await post(OutboundClient(guard(), within_s=30), f"http://127.0.0.1:{server.port}/")).status == 302
    assert len(server.requests) == 1


async def test_a_long_answer_is_not_read_to_its_end(server: Server) -> None:
    server.answer = b"HTTP/1.1 200 OK\r\nRetry-After: 7\r\nContent-Length: 100000000\r\n\r\n" + b"x" * (MOST_ANSWER + 1)
    assert await post(OutboundClient(guard(), within_s=30), f"http://127.0.0.1:{server.port}/") == Answer(200, "7")


@pytest.mark.parametrize(("answer", "why"), [(None, "No answer within"), (b"", "broke off"), (b"SMTP ready\r\n\r\n", "broke off")])
async def test_what_is_no_answer_is_said_in_words(server: Server, answer: bytes | None, why: str) -> None:
    server.answer = answer
    with pytest.raises(NotDelivered, match=why):
        await post(OutboundClient(guard(), within_s=0.5 if answer is None else 30), f"http://127.0.0.1:{server.port}/")


async def test_where_nobody_listens_the_connection_is_refused() -> None:
    with pytest.raises(NotDelivered, match="refused"):
        await post(OutboundClient(guard(), within_s=30), "http://127.0.0.1:1/")


async def test_the_second_address_is_tried_when_nobody_is_at_the_first(server: Server) -> None:
    allowed = Allowed.parse(["127.0.0.0/8", "two.test"])

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    assert (await post(OutboundClient(Guard(allowed, resolve), within_s=30), f"http://two.test:{server.port}/")).status == 204
