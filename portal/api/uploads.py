"""Files handed in with an application, and looked at again by whoever handed them in."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.http.multipartparser import MultiPartParser as DjangoMultiPartParser
from django.http.multipartparser import MultiPartParserError
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField, DateField, DateTimeField, IntegerField
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from portal import uploads
from portal.api.errors import ApiError, not_taken
from portal.api.inputs import IdField, Input, valid
from portal.api.outputs import Shape, errors, moment
from portal.models import Application, Upload, User
from portal.uploads import File, UploadNotFound, UploadRefused, names

OWN = "Their own"


class _NamesAsSent(DjangoMultiPartParser):
    """Django would mend a name that is a path; nothing that honest people use sends one."""

    def sanitize_file_name(self, file_name: str) -> str:
        try:
            return names.cleaned(file_name)
        except names.NotAName as error:
            raise refusal(UploadRefused("FILE_NAME_NOT_TAKEN")) from error


class FileParser(MultiPartParser):
    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        request = parser_context["request"]
        meta = request.META | {"CONTENT_TYPE": media_type}
        try:
            reader = _NamesAsSent(meta, stream, request.upload_handlers, "utf-8")
            return DataAndFiles(*reader.parse())
        except MultiPartParserError as error:
            raise ParseError("The body must be a form with one file in it.") from error


class UploadThrottle(UserRateThrottle):
    """Reading a file is work, taken or not."""

    scope = "uploads"
    rate = "30/min"


class UploadInput(Input):
    file = serializers.FileField(allow_empty_file=True, max_length=None)
    kind = serializers.ChoiceField(Upload.Kind.choices)
    identity = IdField(required=False, allow_null=True, help_text="Whose it is, of `identities`.")
    tax_year = IntegerField(required=False, allow_null=True, min_value=1990, max_value=2100)
    dated = DateField(required=False, allow_null=True, help_text="The day the document is of.")


class UploadShape(Shape):
    id = CharField()
    kind = serializers.ChoiceField(Upload.Kind.choices)
    name = CharField()
    content_type = CharField(help_text="As found in it.")
    size = IntegerField(help_text="Bytes.")
    pages = IntegerField()
    dated = DateField(allow_null=True)
    tax_year = IntegerField(allow_null=True)
    identity = CharField(allow_null=True)
    uploaded_at = DateTimeField()


def as_json(upload: Upload) -> dict[str, Any]:
    """Of ``UploadShape``; an application's answer lists them so too."""
    return {
        "id": str(upload.pk),
        "kind": upload.kind,
        "name": upload.name,
        "content_type": upload.content_type,
        "size": upload.size,
        "pages": upload.pages,
        "dated": upload.dated,
        "tax_year": upload.tax_year,
        "identity": None if upload.identity_id is None else str(upload.identity_id),
        "uploaded_at": moment(upload.uploaded_at),
    }


class UploadsView(APIView):
    parser_classes = [FileParser]
    throttle_classes = [UploadThrottle]

    @extend_schema(
        operation_id="application_uploads_create",
        request={"multipart/form-data": UploadInput},
        responses={201: UploadShape, **errors(400, 401, 403, 404, 413, 415, 422)},
        tags=["applications"],
    )
    def post(self, request: Request, application_id: int) -> Response:
        """Hand in a picture (JPEG, PNG) or a PDF of at most 10 MB. What is refused is not kept."""
        application = Application.objects.filter(pk=application_id, applicant_id=request.user.pk).first()
        if application is None:
            raise Http404("You have no such application.")
        asked = valid(UploadInput, request.data)
        file = asked.pop("file")
        try:
            made = uploads.add(
                application=application, by=_person(request), name=file.name, claimed=file.content_type or "",
                content=file.read(settings.UPLOAD_MAX_BYTES + 1), **asked,
            )  # fmt: skip
        except UploadRefused as refused:
            raise refusal(refused) from refused
        return Response(as_json(made), status=status.HTTP_201_CREATED)


class UploadView(APIView):
    @extend_schema(
        operation_id="application_uploads_destroy",
        responses={204: None, **errors(401, 403, 404, 422)},
        tags=["applications"],
    )
    def delete(self, request: Request, application_id: int, upload_id: int) -> Response:
        """Take a file back. What was sent in stays with the application."""
        try:
            uploads.remove(upload=_own(request, application_id, upload_id), by=_person(request))
        except UploadRefused as refused:
            raise refusal(refused) from refused
        return Response(status=status.HTTP_204_NO_CONTENT)


class UploadFileView(APIView):
    @extend_schema(
        operation_id="application_uploads_file",
        responses={
            (200, "application/pdf"): OpenApiTypes.BINARY, (200, "image/jpeg"): OpenApiTypes.BINARY,
            (200, "image/png"): OpenApiTypes.BINARY, **errors(401, 404),
        },
        tags=["applications"],
    )  # fmt: skip
    def get(self, request: Request, application_id: int, upload_id: int) -> HttpResponse:
        """The file as it was handed in. That it was read is on record."""
        row = _own(request, application_id, upload_id)
        return as_response(uploads.read(upload=row, by=_person(request), purpose=OWN))


class UploadThumbnailView(APIView):
    @extend_schema(
        operation_id="application_uploads_thumbnail",
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY, **errors(401, 404)},
        tags=["applications"],
    )
    def get(self, request: Request, application_id: int, upload_id: int) -> HttpResponse:
        """A small picture of it, or of its first page. That it was read is on record."""
        row = _own(request, application_id, upload_id)
        return as_response(uploads.small(upload=row, by=_person(request), purpose=OWN), inline=True)


def as_response(file: File, *, inline: bool = False) -> HttpResponse:
    """A file of a stranger's as an answer: nothing in it runs, wherever it is opened."""
    response = HttpResponse(file.content, content_type=file.content_type)
    disposition = content_disposition_header(not inline, file.name)
    assert disposition is not None  # there is a name
    response["Content-Disposition"] = disposition
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store"
    return response


def refusal(refused: UploadRefused) -> ApiError:
    if refused.code == "SCANNER_AWAY":
        return ApiError(status.HTTP_503_SERVICE_UNAVAILABLE, refused.code, str(refused))
    return not_taken(refused.code, str(refused), field=refused.field or None)


def _person(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def _own(request: Request, application_id: int, upload_id: int) -> Upload:
    try:
        return uploads.of_applicant(application_id=application_id, upload_id=upload_id, by=_person(request))
    except UploadNotFound as error:
        raise Http404("You have no such file.") from error
