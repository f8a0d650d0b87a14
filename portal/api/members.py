"""Members of accounts and of issuers, and who is asked to become one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BooleanField, CharField, DateTimeField
from rest_framework.views import APIView

from portal import invitations, members
from portal.api.access import own_account, own_issuer
from portal.api.errors import invalid, not_taken
from portal.api.inputs import Input, Text, valid
from portal.api.outputs import Shape, errors, moment
from portal.api.permissions import SecondFactor
from portal.members import House, IssuerRole, Member, Role
from portal.models import Account, AccountMember, Invitation, IssuerMember, User

GET_ERRORS = errors(401, 404)
POST_ERRORS = errors(400, 401, 403, 404, 413, 415, 422)


ROLES = "Of an account VIEWER, TRADER or SIGNER; of an issuer STAFF or ADMIN."


class InvitationInput(Input):
    email = serializers.EmailField(max_length=254)
    role = Text(max_length=8, help_text=ROLES)


class RoleInput(Input):
    role = Text(max_length=8, help_text=ROLES)


class TokenInput(Input):
    token = Text(max_length=100, help_text="What stands behind the # of the mail's link.")


class MemberShape(Shape):
    id = CharField()
    name = CharField()
    email = CharField()
    role = CharField()
    is_you = BooleanField()


class InvitationShape(Shape):
    id = CharField()
    email = CharField()
    role = CharField()
    invited_by = CharField()
    expires_at = DateTimeField()


class TeamShape(Shape):
    role = CharField(help_text="The caller's own.")
    may_decide = BooleanField(help_text="Whether the caller decides who is a member.")
    roles = serializers.DictField(child=CharField(), help_text="Every role there is, and what it means.")
    members = MemberShape(many=True)
    invitations = InvitationShape(many=True)


class IssuerShape(Shape):
    id = CharField()
    name = CharField()
    role = serializers.ChoiceField(IssuerMember.Role.values)


class IssuersShape(Shape):
    results = IssuerShape(many=True)


class InvitedShape(Shape):
    to = CharField()
    kind = serializers.ChoiceField(["ACCOUNT", "ISSUER"])
    role = CharField()
    means = CharField(help_text="What one may do in this role.")
    invited_by = CharField()
    expires_at = DateTimeField()


@contextmanager
def told() -> Iterator[None]:
    """Say why a membership is not changed."""
    try:
        yield
    except members.MemberRefused as refusal:
        raise not_taken(refusal.code, str(refusal), field=refusal.field) from refusal
    except (AccountMember.DoesNotExist, IssuerMember.DoesNotExist, Invitation.DoesNotExist) as error:
        raise Http404("There is no such member or invitation.") from error


class HouseView(APIView):
    """Of an account or an issuer: the same, asked for in two places."""

    permission_classes = [IsAuthenticated, SecondFactor]

    def house(self, request: Request, pk: int, *, deciding: bool = False) -> House:
        raise NotImplementedError


class OfAccount(HouseView):
    def house(self, request: Request, pk: int, *, deciding: bool = False) -> House:
        return own_account(request, str(pk), least=Role.SIGNER if deciding else Role.VIEWER)


class OfIssuer(HouseView):
    def house(self, request: Request, pk: int, *, deciding: bool = False) -> House:
        return own_issuer(request, pk, least=IssuerRole.ADMIN if deciding else IssuerRole.STAFF)


class TeamView(HouseView):
    @extend_schema(responses={200: TeamShape, **GET_ERRORS}, tags=["members"])
    def get(self, request: Request, house_id: int) -> Response:
        """Members, their roles, and who is invited."""
        return Response(_team(self.house(request, house_id), request))


class MemberView(HouseView):
    @extend_schema(request=RoleInput, responses={200: MemberShape, **POST_ERRORS}, tags=["members"])
    def put(self, request: Request, house_id: int, member_id: int) -> Response:
        """Give a member another role. There is always somebody left who decides."""
        house = self.house(request, house_id, deciding=True)
        role = _role(valid(RoleInput, request.data)["role"], house)
        with told():
            member = members.change_role(house=house, member_id=member_id, role=role, by=_person(request))
        return Response(_member(member, request))

    @extend_schema(responses={204: None, **errors(401, 403, 404, 422)}, tags=["members"])
    def delete(self, request: Request, house_id: int, member_id: int) -> Response:
        """Remove a member, or leave."""
        house = self.house(request, house_id)
        if not house.memberships.filter(pk=member_id, user=_person(request)).exists():
            house = self.house(request, house_id, deciding=True)
        with told():
            members.remove(house=house, member_id=member_id, by=_person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class InvitationsView(HouseView):
    @extend_schema(request=InvitationInput, responses={201: InvitationShape, **POST_ERRORS}, tags=["members"])
    def post(self, request: Request, house_id: int) -> Response:
        """Invite somebody by e-mail. Good for seven days, to whoever can sign in with that address."""
        house = self.house(request, house_id, deciding=True)
        data = valid(InvitationInput, request.data)
        with told():
            made = invitations.invite(
                house=house, email=data["email"], role=_role(data["role"], house), by=_person(request),
            )  # fmt: skip
        return Response(_invitation(made), status=status.HTTP_201_CREATED)


class InvitationView(HouseView):
    @extend_schema(responses={204: None, **errors(401, 403, 404, 422)}, tags=["members"])
    def delete(self, request: Request, house_id: int, invitation_id: int) -> Response:
        """Take an invitation back."""
        house = self.house(request, house_id, deciding=True)
        with told():
            invitations.take_back(house=house, invitation_id=invitation_id, by=_person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class AccountTeamView(OfAccount, TeamView):
    pass


class AccountMemberView(OfAccount, MemberView):
    pass


class AccountInvitationsView(OfAccount, InvitationsView):
    pass


class AccountInvitationView(OfAccount, InvitationView):
    pass


class IssuerTeamView(OfIssuer, TeamView):
    pass


class IssuerMemberView(OfIssuer, MemberView):
    pass


class IssuerInvitationsView(OfIssuer, InvitationsView):
    pass


class IssuerInvitationView(OfIssuer, InvitationView):
    pass


class IssuersView(APIView):
    @extend_schema(
        operation_id="issuers_list", responses={200: IssuersShape, **errors(401)}, tags=["members"]
    )
    def get(self, request: Request) -> Response:
        """The issuers whose staff the caller is of."""
        rows = members.issuers_of(_person(request))
        return Response(
            {"results": [{"id": str(row.pk), "name": row.name, "role": row.role} for row in rows]}  # type: ignore[attr-defined]
        )


class FindInvitationView(APIView):
    @extend_schema(request=TokenInput, responses={200: InvitedShape, **POST_ERRORS}, tags=["members"])
    def post(self, request: Request) -> Response:
        """What an invitation is to. For the person it was sent to; it changes nothing."""
        with told():
            found = invitations.find(valid(TokenInput, request.data)["token"], user=_person(request))
        return Response(_invited(found))


class AcceptInvitationView(APIView):
    @extend_schema(request=TokenInput, responses={200: InvitedShape, **POST_ERRORS}, tags=["members"])
    def post(self, request: Request) -> Response:
        """Accept an invitation: signed in with the address it was sent to."""
        with told():
            found = invitations.accept(valid(TokenInput, request.data)["token"], user=_person(request))
        return Response(_invited(found))


def _person(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def _role(role: str, house: House) -> str:
    names = members.roles_of(house)
    if role not in names:
        raise invalid("INVALID_CHOICE", f"A role is one of {', '.join(names)}.", field="role")
    return role


def _team(house: House, request: Request) -> dict[str, Any]:
    role: str = house.role  # type: ignore[union-attr]
    return {
        "role": role,
        "may_decide": members.suffices(role, least=members.top_role(house)),
        "roles": members.roles_of(house),
        "members": [_member(row, request) for row in members.members_of(house)],
        "invitations": [_invitation(row) for row in invitations.open_invitations(house)],
    }


def _member(member: Member, request: Request) -> dict[str, Any]:
    return {
        "id": str(member.pk),
        "name": str(member.user),
        "email": member.user.email,
        "role": member.role,
        "is_you": member.user == request.user,
    }


def _invitation(row: Invitation) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "email": row.email,
        "role": row.role,
        "invited_by": str(row.invited_by),
        "expires_at": moment(row.expires_at),
    }


def _invited(row: Invitation) -> dict[str, Any]:
    house = invitations.house_of(row)
    return {
        "to": str(house),
        "kind": "ACCOUNT" if isinstance(house, Account) else "ISSUER",
        "role": row.role,
        "means": members.roles_of(house)[row.role],
        "invited_by": str(row.invited_by),
        "expires_at": moment(row.expires_at),
    }
