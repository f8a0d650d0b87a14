"""Reads one file of a stranger's and says what it is. A program of its own: little memory, little time,
no settings, no database, nothing it could write to. What it is fed may be made to break what reads it.

What is taken is a JPEG, a PNG or a PDF *and nothing else at the same time*: from its first byte to its last
it is that one thing, whole, and holds nothing that runs or that opens as something else (docs/uploads.md).

    reader.py check         < file   one line of JSON: what it is, or why not; then a small picture of it
    reader.py page 2        < file   the second page as a picture
"""

import json
import re
import resource
import sys
import warnings
import zipfile
import zlib
from io import BytesIO
from typing import Any

import pypdfium2
from PIL import Image, ImageOps
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

MEMORY = 2 * 1024**3  # bytes of address space
SECONDS = 20  # of the processor
MOST_PIXELS = 50_000_000
MOST_PAGES = 100
MOST_METADATA = 1024**2
SMALL = (320, 320)
LARGE = (1600, 2000)

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
PDF = b"%PDF-"
MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)
NEXT_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]", re.DOTALL)
END_OF_JPEG, START_OF_SCAN = 0xD9, 0xDA
WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}
METADATA_MARKERS = {0xFE, *range(0xE0, 0xF0)}
METADATA_CHUNKS = {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"iCCP"}
MOVING_CHUNK = b"acTL"
# What a browser, a script host or another reader would take for the start of something of its own.
MARKUP = re.compile(rb"(?i)<script|<html|<!doctype|<iframe|<svg[\s>]|<\?php|<object[\s>]|<embed[\s>]")

ACTIVE_KEYS = {"/JavaScript", "/JS", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent", "/3DD"}
ACTIVE_ACTIONS = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/Movie",
    "/Sound",
}  # fmt: skip
# For objects no table of the file leads to, which another reader may find all the same.
ACTIVE_WORDS = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia)[^A-Za-z0-9]")


class Refused(Exception):
    """``code`` is one of portal.uploads.SENTENCES."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check(content: bytes) -> tuple[dict[str, Any], bytes]:
    """What it is, and a small picture of it. Raises Refused."""
    is_pdf = content.startswith(PDF)
    if not content.startswith((JPEG, PNG, PDF)):
        raise Refused("FILE_TYPE_NOT_TAKEN")
    if MARKUP.search(content) or zipfile.is_zipfile(BytesIO(content)) or (not is_pdf and PDF in content):
        raise Refused("FILE_HOLDS_MORE")
    if is_pdf:
        walk_pdf(content)
        image, pages = page(content, 1, SMALL)
        return {"content_type": "application/pdf", "pages": pages}, as_jpeg(image, SMALL)
    if content.startswith(PNG):
        walk_png(content)
        file_format, content_type = "PNG", "image/png"
    else:
        walk_jpeg(content)
        file_format, content_type = "JPEG", "image/jpeg"
    image = picture(content, file_format)
    return {"content_type": content_type, "pages": 1}, as_jpeg(image, SMALL)


def shown(content: bytes, number: int) -> bytes:
    """A page, or the picture, to be looked at: drawn anew, so that nothing of the file itself is left."""
    if content.startswith(PDF):
        return as_jpeg(page(content, number, LARGE)[0], LARGE)
    return as_jpeg(picture(content, "PNG" if content.startswith(PNG) else "JPEG"), LARGE)


def walk_jpeg(content: bytes) -> None:
    """From marker to marker to the last byte. Telephones append further pictures of the same scene (CIPA
    DC-007): these are walked too; anything else behind the end is not taken."""
    at = metadata = 0
    while at < len(content):
        if not content.startswith(JPEG, at):
            raise Refused("FILE_HOLDS_MORE")
        at, marker = at + 2, 0
        while marker != END_OF_JPEG:
            found = MARKER.match(content, at)
            if found is None:
                raise Refused("FILE_NOT_WHOLE")
            at, marker = found.end(), found[1][0]
            if marker == END_OF_JPEG or marker in WITHOUT_LENGTH:
                continue
            length = int.from_bytes(content[at : at + 2], "big")
            metadata += length if marker in METADATA_MARKERS else 0
            at += max(length, 2)
            if marker == START_OF_SCAN:  # what follows are the picture's data, up to another marker
                following = NEXT_MARKER.search(content, at)
                at = following.start() if following else len(content)
    if metadata > MOST_METADATA:
        raise Refused("METADATA_TOO_LARGE")


def walk_png(content: bytes) -> None:
    """Chunk by chunk, each with its checksum, to the last byte."""
    at, metadata, name = len(PNG), 0, b""
    while name != b"IEND":
        length, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        body_and_sum = content[at + 4 : at + 12 + length]
        if len(body_and_sum) != length + 8 or zlib.crc32(body_and_sum[:-4]) != int.from_bytes(
            body_and_sum[-4:], "big"
        ):
            raise Refused("FILE_NOT_WHOLE")
        metadata += length if name in METADATA_CHUNKS else 0
        if name == MOVING_CHUNK:
            raise Refused("FILE_HOLDS_MORE")
        at += 12 + length
    if at != len(content):
        raise Refused("FILE_HOLDS_MORE")
    if metadata > MOST_METADATA:
        raise Refused("METADATA_TOO_LARGE")


def picture(content: bytes, file_format: str) -> Image.Image:
    """The whole picture, decoded: what is too large is not begun."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        image = Image.open(BytesIO(content), formats=[file_format])
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("PICTURE_TOO_LARGE") from error
    except Exception as error:  # its decoders raise whatever a damaged file leads them to
        raise Refused("FILE_NOT_WHOLE") from error
    return image


def walk_pdf(content: bytes) -> None:
    """Every object of it, those packed into streams too: none may do anything or be another file."""
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise Refused("FILE_NOT_WHOLE")
    if content[end + 5 :].strip(b"\r\n\t \0"):
        raise Refused("FILE_HOLDS_MORE")
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted:
            raise Refused("PDF_ENCRYPTED")
        numbers = {(number, generation) for generation, row in reader.xref.items() for number in row}
        numbers |= {(number, 0) for number in reader.xref_objStm}
        for number, generation in numbers:
            refuse_active(reader.get_object(IndirectObject(number, generation, reader)))
        refuse_active(reader.trailer)
    except Refused:
        raise
    except Exception as error:
        raise Refused("FILE_NOT_WHOLE") from error
    if ACTIVE_WORDS.search(content):
        raise Refused("PDF_ACTIVE")


def refuse_active(found: Any) -> None:
    left = [found]
    while left:
        value = left.pop()
        if isinstance(value, DictionaryObject):
            if ACTIVE_KEYS & value.keys() or dict.get(value, "/S") in ACTIVE_ACTIONS:
                raise Refused("PDF_ACTIVE")
            left += dict.values(value)
        elif isinstance(value, ArrayObject):
            left += list(value)


def page(content: bytes, number: int, most: tuple[int, int]) -> tuple[Image.Image, int]:
    """A page as a picture no larger than ``most``, and how many there are; each of them can be opened."""
    try:
        document = pypdfium2.PdfDocument(content)
        pages = len(document)
        if pages > MOST_PAGES:
            raise Refused("PDF_TOO_LONG")
        sizes = [document[index].get_size() for index in range(pages)]
        width, height = sizes[number - 1]
        scale = min(most[0] / width, most[1] / height)
        return document[number - 1].render(scale=scale, may_draw_forms=False).to_pil(), pages
    except Refused:
        raise
    except Exception as error:
        raise Refused("FILE_NOT_WHOLE") from error


def as_jpeg(image: Image.Image, most: tuple[int, int]) -> bytes:
    """Upright, on white, without any metadata."""
    image.thumbnail(most)
    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        flat = Image.new("RGB", upright.size, "white")
        flat.paste(upright, mask=upright.getchannel("A"))
    else:
        flat = upright.convert("RGB")
    drawn = BytesIO()
    flat.save(drawn, "JPEG", quality=85)
    return drawn.getvalue()


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    content = sys.stdin.buffer.read()
    found: dict[str, Any] = {}
    drawn = b""
    try:
        if sys.argv[1] == "check":
            found, drawn = check(content)
        else:
            drawn = shown(content, int(sys.argv[2]))
    except Refused as refused:
        found = {"refused": refused.code}
    sys.stdout.buffer.write(json.dumps(found).encode() + b"\n" + drawn)


if __name__ == "__main__":
    main()
