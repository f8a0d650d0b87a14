"""Who applies, and who stands behind them."""

from enum import StrEnum


class ApplicantKind(StrEnum):
    """Whose account it shall be."""

    INDIVIDUAL = "INDIVIDUAL"
    JOINT = "JOINT"  # two natural persons, with right of survivorship
    IRA = "IRA"  # an individual retirement account, in its custodian's name
    TRUST = "TRUST"
    CORPORATION = "CORPORATION"
    LLC = "LLC"
    PARTNERSHIP = "PARTNERSHIP"

    @property
    def is_entity(self) -> bool:
        """Has beneficial owners and a control person (31 CFR 1010.230)."""
        return self in (self.CORPORATION, self.LLC, self.PARTNERSHIP)


class IdentityRole(StrEnum):
    """As what somebody stands behind an application."""

    HOLDER = "HOLDER"  # whose account it is, a natural person
    JOINT_HOLDER = "JOINT_HOLDER"
    TRUSTEE = "TRUSTEE"
    ENTITY = "ENTITY"  # whose account it is, not a natural person: a trust too
    BENEFICIAL_OWNER = "BENEFICIAL_OWNER"  # of 25 percent or more
    CONTROL_PERSON = "CONTROL_PERSON"


class Purpose(StrEnum):
    """What an application is for."""

    OPEN = "OPEN"  # a new account
    RENEW_IDENTITY = "RENEW_IDENTITY"  # of an account there is: identity verified anew
    ACCREDITATION = "ACCREDITATION"  # of an account there is: accredited status, new or anew
