"""The check of onboarding, named in ``ONBOARDING_CHECKS``: is anybody behind this application listed?"""

from compliance.models import ScreeningHit
from compliance.screening import hits, lists
from portal import checks
from portal.applications.refusals import ApplicationRefused
from portal.models import Application
from portal.onboarding.stages import Stage

STILL_OPEN = "The compliance officer has to decide on {count} of its screening hits first."
CONFIRMED = "A screening hit of it is confirmed: it can only be rejected."


class SanctionsCheck:
    def check(self, application: Application) -> list[checks.Finding]:
        index = lists.index()
        if index is None:
            return [hits.not_screened()]
        people = list(application.identities.select_related("application"))
        hits.find(people, index=index)
        return hits.findings(application)

    def decided(self, application: Application) -> None:
        """A reviewer approves over no hit: whether it is one is the compliance officer's to say."""
        if application.stage != Stage.APPROVED:
            return
        standing = hits.standing(application.identities.all())
        if any(row.status == ScreeningHit.Status.CONFIRMED for row in standing):
            raise ApplicationRefused("CHECK_STANDS", CONFIRMED)
        if standing:
            raise ApplicationRefused("CHECK_OPEN", STILL_OPEN.format(count=len(standing)))
