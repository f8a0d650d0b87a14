"""Files people hand in as evidence: taken whole and checked, kept sealed, shown to few, each look written
down (docs/uploads.md).

What is refused leaves nothing behind.
"""

import hashlib
import json
import logging
import subprocess
import sys
import threading
import uuid
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum

from portal import audit, clock, vault
from portal.models import Application, Identity, Upload, User
from portal.onboarding.stages import WITH_APPLICANT
from portal.uploads import names, scanning, store

logger = logging.getLogger(__name__)

MOST_FILES = 60  # of one application, those taken back included
MOST_BYTES = 200 * 1024**2
READER = Path(__file__).with_name("reader.py")
READER_PATIENCE_S = 40.0
# A picture decoded takes some hundred megabytes: so many at once in a process.
_readers = threading.BoundedSemaphore(2)

ENDINGS = {
    "image/jpeg": {".jpg", ".jpeg", ".jpe", ".jfif"}, "image/png": {".png"}, "application/pdf": {".pdf"},
}  # fmt: skip
CLAIMS = {
    "image/jpeg": {"image/jpeg", "image/jpg", "image/pjpeg"}, "image/png": {"image/png"},
    "application/pdf": {"application/pdf"},
}  # fmt: skip

SENTENCES = {
    "FILE_NAME_NOT_TAKEN": "The file’s name has a path or control characters in it. Give it a plain name "
    "and send it again.",
    "FILE_EMPTY": "The file is empty. Choose another.",
    "FILE_TOO_LARGE": "The file is larger than 10 MB. Make it smaller, or send its pages one by one.",
    "FILE_TYPE_NOT_TAKEN": "We take pictures (JPEG, PNG) and PDF. Save it as one of these and send it again.",
    "FILE_NAME_MISMATCH": "The file’s name ends differently from what is in it. Save it anew under a name "
    "that fits.",
    "FILE_CLAIM_MISMATCH": "The file was sent as something other than what is in it. Choose it again.",
    "FILE_NOT_WHOLE": "The file is damaged or not whole. Open it, save it anew, and send that.",
    "FILE_HOLDS_MORE": "There is something else in the file besides the picture or document. Take a "
    "screenshot of it, or print it to PDF, and send that.",
    "FILE_TOO_HARD_TO_READ": "The file could not be read in reasonable time. Print it to PDF anew, or take "
    "a screenshot, and send that.",
    "METADATA_TOO_LARGE": "The file carries more about the picture than a picture should. Take a "
    "screenshot of it and send that.",
    "PICTURE_TOO_LARGE": "The picture is larger than 50 megapixels. Make it smaller and send it again.",
    "PDF_ENCRYPTED": "It is protected by a password or restrictions. Print it to PDF anew, and send that.",
    "PDF_TOO_LONG": "The PDF has more than 100 pages. Send the pages that matter.",
    "PDF_ACTIVE": "The PDF holds scripts, acting forms, or other files. Print it to PDF anew and send that.",
    "MALWARE_FOUND": "Our scanner takes this file for harmful. Scan your device, and send a fresh copy.",
    "SCANNER_AWAY": "Files cannot be scanned right now, and none is taken unscanned. Send it again in a "
    "few minutes.",
    "FILE_THERE_ALREADY": "This very file was handed in already.",
    "TOO_MANY_FILES": "No more files can be handed in with this application: take back what is not needed, "
    "or write to us.",
    "NOT_OPEN": "Documents can be handed in or taken back while the application is with you, not now.",
    "ALREADY_SENT_IN": "This was sent in and is kept with the application. Hand in another beside it.",
    "NO_SUCH_PERSON": "Nobody of this application is meant by that.",
    "DATED_LATER": "A document cannot be dated later than today.",
}  # fmt: skip


class UploadRefused(Exception):
    """An anticipated reason: ``code`` for machines, the text for people."""

    def __init__(self, code: str, *, field: str = "file") -> None:
        super().__init__(SENTENCES[code])
        self.code, self.field = code, field


class UploadNotFound(Exception):
    """There is none, or it is not theirs to see."""


@dataclass(frozen=True, slots=True)
class File:
    """What a look shows."""

    name: str
    content_type: str
    content: bytes


def live(application: Application) -> QuerySet[Upload]:
    return Upload.objects.filter(application=application, removed_at=None)


def add(
    *,
    application: Application,
    by: User,
    name: str,
    claimed: str,
    content: bytes,
    kind: str,
    identity: int | None = None,
    tax_year: int | None = None,
    dated: date | None = None,
) -> Upload:
    """Take a file: ``name`` and ``claimed`` (its type) as its sender says. Raises UploadRefused."""
    shown_name = _name(name)
    if dated is not None and dated > clock.now().date():
        raise UploadRefused("DATED_LATER", field="dated")
    _allow(application, len(content))
    found, small = _checked(shown_name, claimed, content)
    number = uuid.uuid4()
    try:
        with transaction.atomic():
            row = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
            _allow(row, len(content))
            digest = hashlib.sha256(content).hexdigest()
            if live(row).filter(kind=kind, sha256=digest).exists():
                raise UploadRefused("FILE_THERE_ALREADY")
            if identity is not None and not Identity.objects.filter(pk=identity, application=row).exists():
                raise UploadRefused("NO_SUCH_PERSON", field="identity")
            upload = Upload.objects.create(
                application=row, identity_id=identity, kind=kind, tax_year=tax_year, dated=dated,
                name=shown_name, content_type=found["content_type"], pages=found["pages"],
                scan=found["scan"], size=len(content), sha256=digest, stored_as=number,
                uploaded_at=clock.now(), uploaded_by=by,
            )  # fmt: skip
            audit.record(
                action="UPLOAD_ADDED", subject=_subject(upload), actor=by,
                facts={"upload": upload.pk, "kind": kind, "sha256": digest},
            )  # fmt: skip
            store.keep(number, vault.seal_bytes(content, key=row.key))
            store.keep(number, vault.seal_bytes(small, key=row.key), ending=".small")
    except BaseException:
        store.remove(number)
        raise
    return upload


def remove(*, upload: Upload, by: User) -> None:
    """Take it back, before it was sent in: what decisions may rest on stays. Raises UploadRefused."""
    with transaction.atomic():
        application = Application.objects.select_for_update(no_key=True).get(pk=upload.application_id)
        if application.stage not in WITH_APPLICANT:
            raise UploadRefused("NOT_OPEN", field="")
        if application.submitted_at is not None and upload.uploaded_at <= application.submitted_at:
            raise UploadRefused("ALREADY_SENT_IN", field="")
        taken = Upload.objects.filter(pk=upload.pk, removed_at=None).update(removed_at=clock.now())
        if not taken:
            return
        audit.record(action="UPLOAD_REMOVED", subject=_subject(upload), actor=by, facts={"upload": upload.pk})
        transaction.on_commit(lambda: store.remove(upload.stored_as))


def of_applicant(*, application_id: int, upload_id: int, by: User) -> Upload:
    """Raises UploadNotFound."""
    mine = Upload.objects.select_related("application__key")
    row = mine.filter(
        pk=upload_id, application_id=application_id, application__applicant=by, removed_at=None
    ).first()
    if row is None:
        raise UploadNotFound
    return row


def for_review(application: Application) -> list[Upload]:
    """What there is to look at, by whose it is and kind. Looking is ``read``, ``small`` and ``page``."""
    return list(live(application).select_related("identity").order_by("identity", "kind", "id"))


def read(*, upload: Upload, by: User, purpose: str) -> File:
    """The file itself. Raises UploadNotFound."""
    content = _looked_at(upload, by=by, purpose=purpose, what="file")
    return File(upload.name, upload.content_type, content)


def small(*, upload: Upload, by: User, purpose: str) -> File:
    """A small picture of it. Raises UploadNotFound."""
    content = _looked_at(upload, by=by, purpose=purpose, what="small picture", ending=".small")
    return File("small.jpg", "image/jpeg", content)


def page(*, upload: Upload, by: User, purpose: str, number: int = 1) -> File:
    """A page drawn anew, to be read at the desk. Raises UploadNotFound."""
    if not 1 <= number <= upload.pages:
        raise UploadNotFound
    content = _looked_at(upload, by=by, purpose=purpose, what=f"page {number}")
    return File(f"page-{number}.jpg", "image/jpeg", _run_reader(content, "page", str(number))[1])


def sweep() -> int:
    """Remove files without a row: of acts that were cut short, and of rows taken back."""
    return store.sweep(frozenset(Upload.objects.filter(removed_at=None).values_list("stored_as", flat=True)))


def _looked_at(upload: Upload, *, by: User, purpose: str, what: str, ending: str = "") -> bytes:
    """Its owner may look, and reviewers with a purpose. Written down before anything is shown."""
    is_owner = upload.application.applicant_id == by.pk
    if upload.removed_at is not None or not (is_owner or by.has_perm("portal.review_application")):
        raise UploadNotFound
    if not purpose.strip():
        raise ValueError("Personal data is looked at for a purpose.")
    audit.record(
        action="PERSONAL_DATA_LOOKED_AT", subject=_subject(upload), actor=by,
        facts={"purpose": purpose, "what": what, "upload": upload.pk},
    )  # fmt: skip
    sealed = store.content_of(upload.stored_as, ending=ending)
    return vault.unseal_bytes(sealed, key=upload.application.key)


def _subject(upload: Upload) -> str:
    return f"application {upload.application_id}"


def _name(name: str) -> str:
    try:
        return names.cleaned(name)
    except names.NotAName as error:
        raise UploadRefused("FILE_NAME_NOT_TAKEN") from error


def _allow(application: Application, size: int) -> None:
    if application.stage not in WITH_APPLICANT:
        raise UploadRefused("NOT_OPEN", field="")
    if size > settings.UPLOAD_MAX_BYTES:
        raise UploadRefused("FILE_TOO_LARGE")
    there = Upload.objects.filter(application=application)
    if there.count() >= MOST_FILES:
        raise UploadRefused("TOO_MANY_FILES")
    kept = there.filter(removed_at=None).aggregate(bytes=Sum("size"))["bytes"] or 0
    if kept + size > MOST_BYTES:
        raise UploadRefused("TOO_MANY_FILES")


def _checked(name: str, claimed: str, content: bytes) -> tuple[dict, bytes]:
    """What it is, and a small picture of it, once everything that was said of it holds."""
    if not content:
        raise UploadRefused("FILE_EMPTY")
    found, small = _run_reader(content, "check")
    content_type = found["content_type"]
    if PurePosixPath(name).suffix.lower() not in ENDINGS[content_type]:
        raise UploadRefused("FILE_NAME_MISMATCH")
    if claimed.partition(";")[0].strip().lower() not in CLAIMS[content_type]:
        raise UploadRefused("FILE_CLAIM_MISMATCH")
    try:
        found["scan"] = scanning.scan(content)
    except scanning.Malware as error:
        raise UploadRefused("MALWARE_FOUND") from error
    except scanning.ScannerAway as error:
        logger.error("clamd does not answer: %s", error)
        raise UploadRefused("SCANNER_AWAY") from error
    return found, small


def _run_reader(content: bytes, *task: str) -> tuple[dict, bytes]:
    """In a process of its own, without our environment. Raises UploadRefused."""
    try:
        with _readers:
            done = subprocess.run(
                [sys.executable, "-I", READER, *task], input=content, capture_output=True, env={},
                timeout=READER_PATIENCE_S, check=True,
            )  # fmt: skip
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise UploadRefused("FILE_TOO_HARD_TO_READ") from error
    head, _, drawn = done.stdout.partition(b"\n")
    found = json.loads(head)
    if "refused" in found:
        raise UploadRefused(found["refused"])
    return found, drawn
