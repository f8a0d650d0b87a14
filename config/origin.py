"""Who may open a socket: pages of this venue."""

from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host

ASGIApplication = Any


class SameOrigin:
    """Browsers let any page open a socket, and send the session's cookie with it.

    As Django does for a form, ask that the page came from the very host it talks to (port included: a
    cookie knows no ports), or from one of ``CSRF_TRUSTED_ORIGINS``; and that the host is ours, which
    stops a name rebound to our address.
    """

    def __init__(self, application: ASGIApplication) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1").lower()
        application = self.application if _allowed(origin.lower(), host) else WebsocketDenier()
        await application(scope, receive, send)


def _allowed(origin: str, host: str) -> bool:
    domain, _ = split_domain_port(host)
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return False
    return origin in settings.CSRF_TRUSTED_ORIGINS or _host_of(origin) == host


def _host_of(origin: str) -> str:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in ("http", "https") else ""
