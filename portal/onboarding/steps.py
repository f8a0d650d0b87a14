"""The steps of an application: which, of whom, and in which order."""

from enum import StrEnum

from portal.onboarding.kinds import ApplicantKind, IdentityRole, Purpose


class Step(StrEnum):
    IDENTITY = "IDENTITY"
    ENTITY = "ENTITY"
    ADDRESS = "ADDRESS"
    OWNERS = "OWNERS"
    TAX = "TAX"
    FINANCES = "FINANCES"
    OBJECTIVE = "OBJECTIVE"
    TRUSTED_CONTACT = "TRUSTED_CONTACT"
    ACCREDITATION = "ACCREDITATION"
    DOCUMENTS = "DOCUMENTS"
    AGREEMENTS = "AGREEMENTS"


# Answered not here, but by what was handed in and signed.
PROVEN = frozenset({Step.DOCUMENTS, Step.AGREEMENTS})

OF_PEOPLE = (
    Step.IDENTITY, Step.ADDRESS, Step.TAX, Step.FINANCES, Step.OBJECTIVE, Step.TRUSTED_CONTACT,
    Step.ACCREDITATION, Step.DOCUMENTS, Step.AGREEMENTS,
)  # fmt: skip
OF_ENTITIES = (
    Step.ENTITY, Step.ADDRESS, Step.OWNERS, Step.TAX, Step.FINANCES, Step.OBJECTIVE, Step.ACCREDITATION,
    Step.DOCUMENTS, Step.AGREEMENTS,
)  # fmt: skip
OF_PURPOSE = {
    Purpose.OPEN: frozenset(Step),
    # The agreements too: those of which a newer version came in force are signed then.
    Purpose.RENEW_IDENTITY: frozenset(
        {Step.IDENTITY, Step.ENTITY, Step.ADDRESS, Step.OWNERS, Step.TAX, Step.DOCUMENTS, Step.AGREEMENTS}
    ),
    Purpose.ACCREDITATION: frozenset({Step.ACCREDITATION, Step.DOCUMENTS}),
}


def is_of_people(kind: ApplicantKind) -> bool:
    """Natural persons hold it themselves."""
    return kind in (ApplicantKind.INDIVIDUAL, ApplicantKind.JOINT, ApplicantKind.IRA)


def steps_of(kind: ApplicantKind, purpose: Purpose, *, has_to_sign: bool = True) -> tuple[Step, ...]:
    """In the order they are asked. Of a renewal, agreements only where there is one to sign."""
    asked = OF_PURPOSE[purpose] if has_to_sign else OF_PURPOSE[purpose] - {Step.AGREEMENTS}
    return tuple(step for step in (OF_PEOPLE if is_of_people(kind) else OF_ENTITIES) if step in asked)


def holders_of(kind: ApplicantKind) -> tuple[IdentityRole, ...]:
    """Whose account it is: the people of IDENTITY, ADDRESS and TAX, in their order."""
    if kind == ApplicantKind.JOINT:
        return (IdentityRole.HOLDER, IdentityRole.JOINT_HOLDER)
    return (IdentityRole.HOLDER if is_of_people(kind) else IdentityRole.ENTITY,)


def owner_roles_of(kind: ApplicantKind) -> tuple[IdentityRole, ...]:
    """As what people stand behind an entity (31 CFR 1010.230) or a trust."""
    if kind == ApplicantKind.TRUST:
        return (IdentityRole.TRUSTEE,)
    return (IdentityRole.BENEFICIAL_OWNER, IdentityRole.CONTROL_PERSON) if kind.is_entity else ()
