"""What somebody was told, and of what they want mail."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BooleanField, CharField, DateTimeField, IntegerField
from rest_framework.views import APIView

from portal import notices
from portal.api.errors import invalid
from portal.api.inputs import ID, IdField, Input, Text, valid
from portal.api.outputs import Shape, errors, moment
from portal.api.queries import QueryView
from portal.models import Notice, User

PAGE = 50
CURSOR = OpenApiParameter("cursor", str, description="`next` of the page before.")
POST_ERRORS = errors(400, 401, 403, 413, 415)


class NoticeShape(Shape):
    id = CharField()
    kind = CharField(help_text="As in the switches.")
    subject = CharField()
    text = CharField()
    link = CharField(help_text="A page of the site, or empty.")
    at = DateTimeField()
    read_at = DateTimeField(allow_null=True)


class NoticesShape(Shape):
    results = NoticeShape(many=True)
    next = CharField(allow_null=True)
    unread = IntegerField(help_text="Of all there are.")


class UnreadShape(Shape):
    unread = IntegerField()


class SwitchShape(Shape):
    kind = CharField()
    title = CharField()
    mail = BooleanField()
    may_be_off = BooleanField(help_text="Whether mail of this kind may be switched off.")


class SwitchesShape(Shape):
    results = SwitchShape(many=True)


class ReadInput(Input):
    up_to = IdField(help_text="The newest notice seen: it and all before it are read.")


class SwitchInput(Input):
    kind = Text(max_length=40)
    mail = BooleanField()


def _user(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def _switches(user: User) -> dict[str, Any]:
    off = notices.switched_off(user)
    rows = [
        {
            "kind": name,
            "title": kind.title,
            "mail": not (kind.may_be_off and name in off),
            "may_be_off": kind.may_be_off,
        }
        for name, kind in notices.KINDS.items()
    ]
    return {"results": rows}


class NoticesView(QueryView):
    permission_classes = [IsAuthenticated]
    asked = [CURSOR]

    @extend_schema(responses={200: NoticesShape, **errors(400, 401)}, parameters=asked, tags=["notices"])
    def get(self, request: Request) -> Response:
        """The caller's notices, newest first."""
        rows = Notice.objects.filter(user=_user(request))
        cursor = request.query_params.get("cursor")
        if cursor is not None:
            if not ID.fullmatch(cursor):
                raise invalid("BAD_CURSOR", "Take the cursor from the page before.", field="cursor")
            rows = rows.filter(pk__lt=int(cursor))
        found = list(rows[: PAGE + 1])
        return Response(
            {
                "results": [_row(notice) for notice in found[:PAGE]],
                "next": str(found[PAGE - 1].pk) if len(found) > PAGE else None,
                "unread": notices.unread(_user(request)),
            }
        )


class UnreadView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(responses={200: UnreadShape, **errors(401)}, tags=["notices"])
    def get(self, request: Request) -> Response:
        """How many of the caller's notices are unread."""
        return Response({"unread": notices.unread(_user(request))})


class ReadView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(request=ReadInput, responses={200: UnreadShape, **POST_ERRORS}, tags=["notices"])
    def post(self, request: Request) -> Response:
        """Mark notices as read, up to one."""
        up_to = valid(ReadInput, request.data)["up_to"]
        notices.mark_read(Notice.objects.filter(user=_user(request), pk__lte=up_to))
        return Response({"unread": notices.unread(_user(request))})


class SwitchesView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(responses={200: SwitchesShape, **errors(401)}, tags=["notices"])
    def get(self, request: Request) -> Response:
        """Of which kinds of notices the caller gets mail."""
        return Response(_switches(_user(request)))

    @extend_schema(request=SwitchInput, responses={200: SwitchesShape, **POST_ERRORS}, tags=["notices"])
    def post(self, request: Request) -> Response:
        """Switch mail of one kind on or off. The inbox has it either way."""
        given = valid(SwitchInput, request.data)
        kind = notices.KINDS.get(given["kind"])
        if kind is None:
            raise invalid("UNKNOWN_KIND", "There is no such kind of notice.", field="kind")
        if not kind.may_be_off and not given["mail"]:
            raise invalid("ALWAYS_MAILED", "Mail of this kind cannot be switched off.", field="mail")
        notices.switch(user=_user(request), kind=given["kind"], mail=given["mail"])
        return Response(_switches(_user(request)))


def _row(notice: Notice) -> dict[str, Any]:
    return {
        "id": str(notice.pk),
        "kind": notice.kind,
        "subject": notice.subject,
        "text": notice.text,
        "link": notice.link,
        "at": moment(notice.at),
        "read_at": moment(notice.read_at),
    }
