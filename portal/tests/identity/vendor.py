"""A provider of identity checks as one would be outside: an HTTP service of its own, on loopback."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from portal import clock
from portal.identity import remote

KEY = "a key both sides know"


class Vendor:
    """Keeps what it was asked; ``says`` is what it answers with."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/checks"
        self.asked: list[dict[str, Any]] = []
        self.signed_right: list[bool] = []
        self.status, self.says, self.waits_s = 200, json.dumps({"reference": "V-1"}).encode(), 0.0


def signed(body: bytes, *, message_id: str = "message-1", key: str = KEY, age_s: int = 0) -> dict[str, str]:
    """Headers of a message of the vendor's."""
    stamp = str(int(clock.real().timestamp()) - age_s)
    return {
        remote.TIMESTAMP: stamp,
        remote.ID: message_id,
        remote.SIGNATURE: remote.signature(key=key, stamp=stamp, message_id=message_id, body=body),
    }


@contextmanager
def a_vendor() -> Iterator[Vendor]:
    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            stamp, message_id = self.headers[remote.TIMESTAMP], self.headers[remote.ID]
            right = remote.signature(key=KEY, stamp=stamp, message_id=message_id, body=body)
            vendor.asked.append(json.loads(body))
            vendor.signed_right.append(self.headers[remote.SIGNATURE] == right)
            time.sleep(vendor.waits_s)
            self.send_response(vendor.status)
            if vendor.status == 302:
                self.send_header("Location", vendor.url)
            self.end_headers()
            self.wfile.write(vendor.says)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    vendor = Vendor(server.server_port)
    running = threading.Thread(target=server.serve_forever, args=(0.05,))
    running.start()
    try:
        yield vendor
    finally:
        server.shutdown()
        server.server_close()
        running.join()
