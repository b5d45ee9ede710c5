"""Which addresses are fetched from, and how a connection to them is made."""

from __future__ import annotations

import ipaddress
import ssl
import urllib.request
from urllib.parse import urlsplit

from ..errors import ModelError

_MAX_ADDRESS = 8192  # signed addresses of content networks have about 1,500 characters


def check_address(url: str, first: str | None = None) -> None:
    """Raises ModelError unless the address is https, or http on this very machine.

    first: the address that redirected here; only from this machine does http stay allowed.
    """
    try:
        parts = urlsplit(url)
        host, scheme = parts.hostname, parts.scheme
        parts.port  # noqa: B018 - raises ValueError for a port that is none
    except ValueError:
        host, scheme = None, ""
    plain = bool(url) and len(url) <= _MAX_ADDRESS and url.isascii() and url.isprintable()
    allowed = scheme == "https" or (
        scheme == "http" and is_this_machine(url) and (first is None or is_this_machine(first))
    )
    if not host or not plain or " " in url or not allowed or "@" in (parts.netloc or ""):
        raise ModelError(f"{url[:200]!r}: not fetched from there; only https addresses are")


def is_this_machine(url: str) -> bool:
    """Whether the address names the loopback interface."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def opener_for(url: str) -> urllib.request.OpenerDirector:
    """Opens http and https alone, hands back every status as it is, follows no redirect.

    Proxies of the environment are used, but not to reach this machine.
    """
    opener = urllib.request.OpenerDirector()
    proxies: dict[str, str] | None = {} if is_this_machine(url) else None
    opener.add_handler(urllib.request.ProxyHandler(proxies))
    opener.add_handler(urllib.request.HTTPHandler())
    if urlsplit(url).scheme == "https":
        opener.add_handler(urllib.request.HTTPSHandler(context=_tls()))
    return opener


def _tls() -> ssl.SSLContext:
    """The system's certificates, and certifi's where that is installed: some systems have none."""
    context = ssl.create_default_context()
    try:
        import certifi

        context.load_verify_locations(certifi.where())
    except (ImportError, OSError):
        pass
    return context
