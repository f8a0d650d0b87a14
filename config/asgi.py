"""The doors of the venue: HTTP by Django, sockets by Channels."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

from config import env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
env.act_as_web()
http = get_asgi_application()

from config.limits import Limits  # noqa: E402 (Django has to be set up first)
from config.origin import SameOrigin  # noqa: E402
from trading.consumers import routes  # noqa: E402

application = ProtocolTypeRouter(
    {"http": Limits(http), "websocket": SameOrigin(AuthMiddlewareStack(URLRouter(routes)))}
)
