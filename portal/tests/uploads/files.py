"""Files as people hand them in, honest ones and others, made here."""

import struct
import zlib
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject


def picture(file_format: str = "JPEG", *, size: tuple[int, int] = (640, 400), **options: Any) -> bytes:
    """With something on it: a plain one is a few bytes of data."""
    drawn = Image.linear_gradient("L").resize(size).convert("RGB")
    made = BytesIO()
    drawn.save(made, file_format, **options)
    return made.getvalue()


def jpeg_with(segment: bytes, *, marker: int = 0xFE, times: int = 1) -> bytes:
    """With so much more in its head."""
    whole = picture()
    piece = bytes([0xFF, marker]) + struct.pack(">H", len(segment) + 2) + segment
    return whole[:2] + piece * times + whole[2:]


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_with(name: bytes, body: bytes) -> bytes:
    whole = picture("PNG")
    return whole[:33] + png_chunk(name, body) + whole[33:]


def vast_png() -> bytes:
    """Of 50,000 × 50,000 points, in a few kilobytes; unpacked, two and a half gigabytes."""
    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(bytes(50_001)) for _ in range(500)) + packer.flush()
    return (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")
    )


def archive() -> bytes:
    made = BytesIO()
    with ZipFile(made, "w") as packed:
        packed.writestr("run.js", "alert(1)")
    return made.getvalue()


def office() -> bytes:
    made = BytesIO()
    with ZipFile(made, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", "<w:document/>")
    return made.getvalue()


def pdf(*, pages: int = 1, password: str | None = None, attached: bytes = b"", **parts: Any) -> bytes:
    """``parts`` go into its catalogue. With an empty password it opens, and may not be changed."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    for name, part in parts.items():
        writer.root_object[NameObject(f"/{name}")] = writer._add_object(part)
    if attached:
        writer.add_attachment("run.exe", attached)
    if password is not None:
        writer.encrypt(password, "owner", algorithm="RC4-128")
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def action(kind: str, **parts: str) -> DictionaryObject:
    made = DictionaryObject({NameObject("/S"): NameObject(f"/{kind}")})
    for name, text in parts.items():
        made[NameObject(f"/{name}")] = TextStringObject(text)
    return made


def hidden_script_pdf() -> bytes:
    """A script in an object stream, its words spelt in hexadecimal: nothing of it can be read in the file."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        b"<</S/J#61vaScript/J#53(app.alert\\(1\\))>>",
    ]
    heads, at = [], 0
    for number, body in enumerate(objects, start=1):
        heads.append(f"{number} {at} ".encode())
        at += len(body) + 1
    first = b"".join(heads)
    packed = zlib.compress(first + b"\n".join(objects))
    file = b"%PDF-1.7\n"
    stream_at = len(file)
    file += (
        f"5 0 obj\n<</Type/ObjStm/N 4/First {len(first)}/Filter/FlateDecode/Length {len(packed)}>>stream\n"
    ).encode()
    file += packed + b"\nendstream\nendobj\n"
    table_at = len(file)
    rows = [(0, 0, 255), *((2, 5, index) for index in range(4)), (1, stream_at, 0), (1, table_at, 0)]
    table = b"".join(struct.pack(">BHB", *row) for row in rows)
    file += f"6 0 obj\n<</Type/XRef/Size 7/W[1 2 1]/Root 1 0 R/Length {len(table)}>>stream\n".encode()
    return file + table + f"\nendstream\nendobj\nstartxref\n{table_at}\n%%EOF\n".encode()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><script>alert(1)</script></html>"


def packed_text(length: int) -> bytes:
    """Of a PNG's zTXt: a few kilobytes for each megabyte."""
    packer = zlib.compressobj(9)
    pieces = [packer.compress(bytes(1024**2)) for _ in range(length // 1024**2)]
    return b"Comment\0\0" + b"".join(pieces) + packer.flush()
