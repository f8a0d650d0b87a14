"""Asking clamd, where ``CLAMD_URL`` names one: unix:///run/clamd.sock or tcp://127.0.0.1:3310."""

import socket
from urllib.parse import urlsplit

from django.conf import settings

from portal.models import Upload

PATIENCE_S = 20.0
PIECE = 64 * 1024
LONGEST_ANSWER = 4096


class Malware(Exception):
    """The scanner knows it."""


class ScannerAway(Exception):
    """It is set up and does not answer, or not so that anybody could tell: nothing passes unscanned."""


def scan(content: bytes) -> Upload.Scan:
    """Raises Malware, ScannerAway."""
    if not settings.CLAMD_URL:
        return Upload.Scan.NOT_SCANNED
    try:
        said = _ask(content)
    except OSError as error:
        raise ScannerAway(str(error)) from error
    if said.endswith(" FOUND"):
        raise Malware(said)
    if said != "stream: OK":
        raise ScannerAway(said)
    return Upload.Scan.CLEAN


def _ask(content: bytes) -> str:
    """clamd's INSTREAM: pieces with their lengths, an empty one at the end; the answer ends in a nought."""
    with _connected() as clamd:
        clamd.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), PIECE):
            piece = content[start : start + PIECE]
            clamd.sendall(len(piece).to_bytes(4, "big") + piece)
        clamd.sendall(bytes(4))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
            heard = clamd.recv(LONGEST_ANSWER)
            if not heard:
                break
            answer += heard
    return answer.rstrip(b"\0").decode(errors="replace")


def _connected() -> socket.socket:
    where = urlsplit(settings.CLAMD_URL)
    if where.scheme == "tcp":
        return socket.create_connection((where.hostname, where.port or 3310), timeout=PATIENCE_S)
    clamd = socket.socket(socket.AF_UNIX)
    clamd.settimeout(PATIENCE_S)
    clamd.connect(where.path)
    return clamd
