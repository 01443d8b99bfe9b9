"""A process's own metrics, on an address of their own."""

import httpx
import pytest

from control_plane.kit import metrics
from control_plane.local.processes import free_port
from control_plane.settings import SettingsError


def test_a_process_serves_its_figures_until_it_ends() -> None:
    port = free_port()
    with metrics.served("127.0.0.1", port):
        page = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
        with pytest.raises(SettingsError, match=f"CALLWRIGHT_METRICS_PORT {port} cannot be listened on"), metrics.served("127.0.0.1", port):
            pass
    assert "# TYPE callwright_pacing_delay_seconds histogram" in page
    assert "process_resident_memory_bytes" in page
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False)


def test_without_a_port_nothing_is_served() -> None:
    with metrics.served("127.0.0.1", 0):
        assert b"callwright_claims" in metrics.page()
