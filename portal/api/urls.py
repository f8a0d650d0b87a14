from typing import Any

from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from rest_framework.views import APIView

from portal.api import (
    accreditation,
    applications,
    identity,
    keys,
    members,
    notices,
    safety,
    standing,
    uploads,
)


def live(route: str, view: type[APIView]) -> URLPattern:
    """Nothing here may be kept by anybody on the way: all of it is private."""
    answer: Any = never_cache(view.as_view())
    return path(route, answer)


APPLICATION = "applications/<int:application_id>"

urlpatterns = [
    live("applications", applications.ApplicationsView),
    live(APPLICATION, applications.ApplicationView),
    live(f"{APPLICATION}/steps/<str:step>", applications.StepView),
    live(f"{APPLICATION}/accreditation", accreditation.AccreditationFormView),
    live(f"{APPLICATION}/submit", applications.SubmitView),
    live(f"{APPLICATION}/withdraw", applications.WithdrawView),
    live(f"{APPLICATION}/uploads", uploads.UploadsView),
    live(f"{APPLICATION}/uploads/<int:upload_id>", uploads.UploadView),
    live(f"{APPLICATION}/uploads/<int:upload_id>/file", uploads.UploadFileView),
    live(f"{APPLICATION}/uploads/<int:upload_id>/thumbnail", uploads.UploadThumbnailView),
    live("identity/<str:provider>/messages", identity.IdentityMessagesView),
    live("notices", notices.NoticesView),
    live("notices/unread", notices.UnreadView),
    live("notices/read", notices.ReadView),
    live("notices/switches", notices.SwitchesView),
    live("standing", standing.StandingView),
    live("issuers", members.IssuersView),
    live("accounts/<int:house_id>/members", members.AccountTeamView),
    live("accounts/<int:house_id>/members/<int:member_id>", members.AccountMemberView),
    live("accounts/<int:house_id>/invitations", members.AccountInvitationsView),
    live("accounts/<int:house_id>/invitations/<int:invitation_id>", members.AccountInvitationView),
    live("issuers/<int:house_id>/members", members.IssuerTeamView),
    live("issuers/<int:house_id>/members/<int:member_id>", members.IssuerMemberView),
    live("issuers/<int:house_id>/invitations", members.IssuerInvitationsView),
    live("issuers/<int:house_id>/invitations/<int:invitation_id>", members.IssuerInvitationView),
    live("invitations/find", members.FindInvitationView),
    live("invitations/accept", members.AcceptInvitationView),
    live("safety", safety.SafetyView),
    live("safety/sign-ins", safety.SignInsView),
    live("safety/contact-changes", safety.ContactChangesView),
    live("safety/contact-changes/stop", safety.StopByLinkView),
    live("safety/contact-changes/<int:change_id>/verify", safety.VerifyContactChangeView),
    live("safety/contact-changes/<int:change_id>/stop", safety.StopContactChangeView),
    path("safety/totp.svg", safety.totp_picture),
    live("keys", keys.KeysView),
    live("keys/<int:key_id>", keys.KeyView),
]
