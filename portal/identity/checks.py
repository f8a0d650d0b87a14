"""The check of onboarding, named in ``ONBOARDING_CHECKS``: is everybody who they say?"""

from django.conf import settings

from portal.checks import Finding, Outcome
from portal.identity import cases, embedded
from portal.identity.providers import EMBEDDED
from portal.models import Application
from portal.onboarding.kinds import Purpose


class IdentityCheck:
    def check(self, application: Application) -> list[Finding]:
        """What can be mended is mended first; then a provider is asked, or a person looks."""
        if application.purpose == Purpose.ACCREDITATION:
            return [Finding(Outcome.PASSED, "IDENTITY_NOT_ASKED")]
        found = embedded.findings(application)
        if any(finding.outcome == Outcome.FIX for finding in found):
            return found
        if settings.IDENTITY_PROVIDER == EMBEDDED:
            return [*found, Finding(Outcome.REVIEW, "DOCUMENTS_TO_BE_SEEN", text=embedded.GENERIC)]
        cases.put(application, provider=settings.IDENTITY_PROVIDER)
        waits = Finding(
            Outcome.WAITING, "PROVIDER_ASKED", text=embedded.GENERIC,
            facts={"provider": settings.IDENTITY_PROVIDER},
        )  # fmt: skip
        return [*found, waits]

    def decided(self, application: Application) -> None:
        cases.close(application)
