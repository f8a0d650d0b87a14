"""API keys: made, listed and revoked by people who are signed in; never by a key."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BooleanField, CharField, DateTimeField, ListField
from rest_framework.views import APIView

from portal import api_keys
from portal.api.access import WHAT_IT_TAKES, own_account, own_accounts
from portal.api.errors import ApiError, not_taken
from portal.api.inputs import IdField, Input, Text, valid
from portal.api.outputs import Shape, errors, moment
from portal.api.permissions import SecondFactor
from portal.api.queries import QueryView
from portal.members import Role, suffices
from portal.models import ApiKey, User


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Reads and trades, from one network",
            {
                "account": 12, "name": "Market maker", "scopes": ["READ", "TRADE"], "scheme": "ED25519",
                "public_key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
                "networks": ["203.0.113.0/24"], "expires_at": None,
            },
            request_only=True,
        )
    ]
)  # fmt: skip
class KeyInput(Input):
    account = IdField()
    name = Text(max_length=60, help_text="For you to know it by.")
    scopes = ListField(child=serializers.ChoiceField(ApiKey.Scope.values), min_length=1, max_length=2)
    scheme = serializers.ChoiceField(ApiKey.Scheme.values)
    public_key = Text(
        max_length=100, required=False, default="", allow_blank=True,
        help_text="Of ED25519: the 32 bytes of your public key, in base64.",
    )  # fmt: skip
    networks = ListField(
        child=Text(max_length=43), required=False, default=list, max_length=api_keys.MOST_NETWORKS,
        help_text="Addresses and networks (CIDR) it may be used from; none: from anywhere.",
    )  # fmt: skip
    expires_at = serializers.DateTimeField(required=False, default=None, allow_null=True)


class KeyShape(Shape):
    id = CharField()
    account = CharField()
    person = CharField(help_text="Whom it acts for.")
    is_yours = BooleanField()
    name = CharField()
    public_id = CharField(help_text="For X-API-Key.")
    scopes = ListField(child=serializers.ChoiceField(ApiKey.Scope.values))
    scheme = serializers.ChoiceField(ApiKey.Scheme.values)
    networks = ListField(child=CharField())
    made_at = DateTimeField()
    expires_at = DateTimeField(allow_null=True)
    last_used_at = DateTimeField(allow_null=True, help_text="To the minute.")
    revoked_at = DateTimeField(allow_null=True)


class NewKeyShape(KeyShape):
    secret = CharField(help_text="Of HMAC_SHA256, this once; of ED25519 nothing.")


class KeysShape(Shape):
    results = KeyShape(many=True)


class KeysView(QueryView):
    permission_classes = [IsAuthenticated, SecondFactor]
    asked = [OpenApiParameter("account", int, required=True, description="Which account's.")]

    @extend_schema(
        operation_id="keys_list", responses={200: KeysShape, **errors(400, 401, 404)}, parameters=asked,
        tags=["keys"],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Your keys for an account, newest first. A signer sees those of all members."""
        account = own_account(request, request.query_params.get("account", ""))
        rows = api_keys.shown_to(user=_person(request), account=account, role=account.role)  # type: ignore[attr-defined]
        return Response({"results": [_key(row, request) for row in rows]})

    @extend_schema(
        request=KeyInput,
        responses={201: NewKeyShape, **errors(400, 401, 403, 404, 413, 415, 422)},
        tags=["keys"],
    )
    def post(self, request: Request) -> Response:
        """Make a key for one account. It may do at most what you may."""
        data = valid(KeyInput, request.data)
        account = own_account(request, str(data.pop("account")))
        try:
            key, secret = api_keys.make(account=account, by=_person(request), role=account.role, **data)  # type: ignore[attr-defined]
        except api_keys.KeyRefused as refusal:
            if refusal.code == "NOT_YOUR_ROLE":
                raise ApiError(status.HTTP_403_FORBIDDEN, refusal.code, str(refusal)) from refusal
            raise not_taken(refusal.code, str(refusal), field=refusal.field) from refusal
        return Response({**_key(key, request), "secret": secret}, status=status.HTTP_201_CREATED)


class KeyView(APIView):
    permission_classes = [IsAuthenticated, SecondFactor]

    @extend_schema(responses={200: KeyShape, **errors(401, 403, 404)}, tags=["keys"])
    def delete(self, request: Request, key_id: int) -> Response:
        """Revoke a key: it signs nothing from now on. One's own, or as a signer a member's."""
        roles = {account.pk: account.role for account in own_accounts(request)}  # type: ignore[attr-defined]
        key = ApiKey.objects.filter(pk=key_id, account__in=roles).first()
        if key is None:
            raise Http404("You have no such key.")
        if key.user_id != request.user.pk and not suffices(roles[key.account_id], least=Role.SIGNER):
            raise ApiError(status.HTTP_403_FORBIDDEN, "NOT_YOUR_ROLE", WHAT_IT_TAKES[Role.SIGNER])
        return Response(_key(api_keys.revoke(key=key, by=_person(request)), request))


def _person(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def _key(key: ApiKey, request: Request) -> dict[str, Any]:
    return {
        "id": str(key.pk),
        "account": str(key.account_id),
        "person": str(key.user),
        "is_yours": key.user_id == request.user.pk,
        "name": key.name,
        "public_id": key.public_id,
        "scopes": key.scopes,
        "scheme": key.scheme,
        "networks": key.networks,
        "made_at": moment(key.made_at),
        "expires_at": moment(key.expires_at),
        "last_used_at": moment(key.last_used_at),
        "revoked_at": moment(key.revoked_at),
    }
