"""An account's documents: confirmations, statements, tax forms."""

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api.outputs import errors
from trading import documents
from trading.api.accounts import ACCOUNT, LIST_ERRORS, asked_account
from trading.api.book_outputs import DocumentsShape
from trading.documents import DocumentNotFound


class DocumentsView(APIView):
    @extend_schema(
        operation_id="documents_list",
        responses={200: DocumentsShape, **LIST_ERRORS},
        parameters=[ACCOUNT],
        tags=["documents"],
    )
    def get(self, request: Request) -> Response:
        """Documents there are, newest first. They are written from the ledger when asked for."""
        rows = documents.available(asked_account(request))
        return Response(
            {
                "results": [
                    {
                        "kind": row.kind,
                        "id": row.id,
                        "title": row.title,
                        "date": row.date,
                        "formats": row.formats,
                    }
                    for row in rows
                ]
            }
        )


class DocumentView(APIView):
    @extend_schema(
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, (200, "text/csv"): OpenApiTypes.BINARY,
                   **errors(400, 401, 404)},
        parameters=[ACCOUNT], tags=["documents"],
    )  # fmt: skip
    def get(self, request: Request, kind: str, name: str, file_format: str) -> HttpResponse:
        """A document as a file: PDF or CSV."""
        account = asked_account(request)
        try:
            found = documents.render(account=account, kind=kind, id=name, format=file_format.upper())
        except DocumentNotFound as error:
            raise Http404("You have no such document.") from error
        response = HttpResponse(found.content, content_type=found.content_type)
        response["Content-Disposition"] = f'attachment; filename="{found.file_name}"'
        response["X-Content-Type-Options"] = "nosniff"
        return response
