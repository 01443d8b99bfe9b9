"""Settings for HTTPS, made once per process."""

import ssl
from functools import cache

import httpx


@cache
def tls_context() -> ssl.SSLContext:
    """The roots are those that httpx finds (SSL_CERT_FILE, SSL_CERT_DIR, certifi): reading them takes 50 ms each time."""
    return httpx.create_ssl_context()
