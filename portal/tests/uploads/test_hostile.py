"""Files that are not what they are said to be, or more than that: refused with a code and a sentence, and
nothing of them is kept. They come by the door everybody uses."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from portal.models import Application, AuditEntry, Upload
from portal.tests.uploads import files

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
SCRIPT = files.action("JavaScript", JS="app.alert(1)")

HOSTILE: dict[str, tuple[str, str, bytes, str]] = {
    # what: name, claimed type, content, code
    "a JPEG and a ZIP": ("id.jpg", JPEG, files.picture() + files.archive(), "FILE_HOLDS_MORE"),
    "a ZIP in a JPEG's comment": (
        "id.jpg", JPEG, files.jpeg_with(files.archive()), "FILE_HOLDS_MORE",
    ),
    "a page of HTML in a JPEG's comment": ("id.jpg", JPEG, files.jpeg_with(files.HTML), "FILE_HOLDS_MORE"),
    "a PNG and a page of HTML": ("id.png", PNG, files.picture("PNG") + files.HTML, "FILE_HOLDS_MORE"),
    "a script in a PNG's text": (
        "id.png", PNG, files.png_with(b"tEXt", b"Comment\0" + files.HTML), "FILE_HOLDS_MORE",
    ),
    "a PDF in a PNG": ("id.png", PNG, files.png_with(b"prIv", files.pdf()), "FILE_HOLDS_MORE"),
    "a PDF and a ZIP": ("form.pdf", PDF, files.pdf() + files.archive(), "FILE_HOLDS_MORE"),
    "a PDF behind a page of HTML": ("form.pdf", PDF, files.HTML + files.pdf(), "FILE_TYPE_NOT_TAKEN"),
    "a GIF with a page of HTML": ("id.gif", "image/gif", b"GIF89a" + files.HTML, "FILE_TYPE_NOT_TAKEN"),
    "a moving PNG": ("id.png", PNG, files.png_with(b"acTL", bytes(8)), "FILE_HOLDS_MORE"),
    "a PNG of 50,000 × 50,000": ("id.png", PNG, files.vast_png(), "PICTURE_TOO_LARGE"),
    "megabytes of EXIF": (
        "id.jpg", JPEG, files.jpeg_with(b"Exif\0\0" + bytes(65_000), marker=0xE1, times=40),
        "METADATA_TOO_LARGE",
    ),
    "text that unpacks to 100 MB": (
        "id.png", PNG, files.png_with(b"zTXt", files.packed_text(100 * 1024**2)), "FILE_NOT_WHOLE",
    ),
    "an SVG with a script": ("id.svg", "image/svg+xml", files.SVG, "FILE_TYPE_NOT_TAKEN"),
    "an SVG called a PNG": ("id.png", PNG, files.SVG, "FILE_TYPE_NOT_TAKEN"),
    "a page of HTML called a PDF": ("form.pdf", PDF, files.HTML, "FILE_TYPE_NOT_TAKEN"),
    "a Word document": ("letter.docx", "application/msword", files.office(), "FILE_TYPE_NOT_TAKEN"),
    "a program called a JPEG": ("id.jpg", JPEG, b"MZ" + bytes(500), "FILE_TYPE_NOT_TAKEN"),
    "a JPEG called a PDF": ("form.pdf", PDF, files.picture(), "FILE_NAME_MISMATCH"),
    "a JPEG with a program's ending": ("id.jpg.exe", JPEG, files.picture(), "FILE_NAME_MISMATCH"),
    "a JPEG sent as HTML": ("id.jpg", "text/html", files.picture(), "FILE_CLAIM_MISMATCH"),
    "a path for a name": ("../../../etc/cron.d/id.jpg", JPEG, files.picture(), "FILE_NAME_NOT_TAKEN"),
    "a path of another system": ("..\\..\\id.jpg", JPEG, files.picture(), "FILE_NAME_NOT_TAKEN"),
    "a nought in its name": ("id.php\0.jpg", JPEG, files.picture(), "FILE_NAME_NOT_TAKEN"),
    "nothing": ("id.jpg", JPEG, b"", "FILE_EMPTY"),
    "more than 10 MB": ("id.jpg", JPEG, files.picture() + bytes(10 * 1024**2), "FILE_TOO_LARGE"),
    "half a JPEG": ("id.jpg", JPEG, files.picture()[:2000], "FILE_NOT_WHOLE"),
    "half a PNG": ("id.png", PNG, files.picture("PNG")[:300], "FILE_NOT_WHOLE"),
    "half a PDF": ("form.pdf", PDF, files.pdf()[:300], "FILE_NOT_WHOLE"),
    "a PDF of nothing": ("form.pdf", PDF, b"%PDF-1.7\n%%EOF\n", "FILE_NOT_WHOLE"),
    "a PDF with a script": ("form.pdf", PDF, files.pdf(OpenAction=SCRIPT), "PDF_ACTIVE"),
    "a PDF with a script nobody can read": ("form.pdf", PDF, files.hidden_script_pdf(), "PDF_ACTIVE"),
    "a PDF that starts a program": (
        "form.pdf", PDF, files.pdf(OpenAction=files.action("Launch", F="run.exe")), "PDF_ACTIVE",
    ),
    "a PDF that sends its form": (
        "form.pdf", PDF, files.pdf(OpenAction=files.action("SubmitForm", F="http://x")), "PDF_ACTIVE",
    ),
    "a PDF with a file in it": ("form.pdf", PDF, files.pdf(attached=b"MZ a program"), "PDF_ACTIVE"),
    "a PDF with a password": ("form.pdf", PDF, files.pdf(password="secret"), "PDF_ENCRYPTED"),
    "a PDF with restrictions": ("form.pdf", PDF, files.pdf(password=""), "PDF_ENCRYPTED"),
    "a PDF of 101 pages": ("form.pdf", PDF, files.pdf(pages=101), "PDF_TOO_LONG"),
}  # fmt: skip


def hand_in(client: Client, application: Application, name: str, claimed: str, content: bytes) -> Any:
    """As it is on the wire: Django's own client mends names before it sends them."""
    head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {claimed}'
    kind = 'Content-Disposition: form-data; name="kind"\r\n\r\nPASSPORT'
    body = f"--limit\r\n{kind}\r\n--limit\r\n{head}\r\n\r\n".encode() + content + b"\r\n--limit--\r\n"
    return client.post(
        f"/api/v1/applications/{application.pk}/uploads", body, "multipart/form-data; boundary=limit"
    )


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_and_nothing_of_it_is_kept(
    what: str, client: Client, application: Application, upload_dir: Path
) -> None:
    name, claimed, content, code = HOSTILE[what]
    client.force_login(application.applicant)
    answer = hand_in(client, application, name, claimed, content)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (422, code, "file")
    assert error["message"].endswith(".") and len(error["message"]) > 20
    assert not Upload.objects.exists() and not AuditEntry.objects.exists()
    assert [path for path in upload_dir.rglob("*") if path.is_file()] == []
