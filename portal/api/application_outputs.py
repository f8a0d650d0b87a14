"""The shapes of answers about applications."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema_field
from rest_framework import serializers
from rest_framework.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DateTimeField,
    IntegerField,
    ListField,
)

from portal.api.outputs import ErrorBody, ReasonShape, Shape
from portal.api.uploads import UploadShape
from portal.models import Upload
from portal.onboarding.kinds import ApplicantKind, IdentityRole, Purpose
from portal.onboarding.stages import Stage
from portal.onboarding.steps import Step

KINDS = [kind.value for kind in ApplicantKind]
PURPOSES = [purpose.value for purpose in Purpose]
STAGES = [stage.value for stage in Stage]
STEPS = [step.value for step in Step]


@extend_schema_field(OpenApiTypes.OBJECT)
class Answers(serializers.Field):
    """A step's fields, by name: what they are, and whether, the step itself says."""

    def to_internal_value(self, data: Any) -> Any:
        return data


class ApplicationInListShape(Shape):
    id = CharField()
    kind = ChoiceField(KINDS)
    purpose = ChoiceField(PURPOSES)
    stage = ChoiceField(STAGES)
    account = CharField(allow_null=True, help_text="The one opened, or the one it is about.")
    started_at = DateTimeField()


class ApplicationsShape(Shape):
    results = ApplicationInListShape(many=True)


class StepStateShape(Shape):
    step = ChoiceField(STEPS)
    state = ChoiceField(["TODO", "DONE", "FIX"])
    problem = CharField(allow_null=True, help_text="Of FIX: what to mend.")


class NeededShape(Shape):
    kinds = ListField(child=ChoiceField(Upload.Kind.choices), help_text="Any of them does.")
    identity = CharField(allow_null=True, help_text="Whose it is, of `identities`.")
    whose = CharField()
    why = CharField()
    tax_year = IntegerField(allow_null=True, help_text="Of which year it has to be.")
    months = IntegerField(allow_null=True, help_text="How many months old it may be: say its day then.")
    met = BooleanField()


class AgreementTextShape(Shape):
    code = CharField()
    title = CharField()
    version = CharField()
    text = CharField()


class AgreementShape(AgreementTextShape):
    signed_at = DateTimeField(allow_null=True)
    typed_name = CharField(allow_null=True)


class PersonBehindShape(Shape):
    id = CharField()
    role = ChoiceField([role.value for role in IdentityRole])
    name = CharField()


class HappenedShape(Shape):
    at = DateTimeField()
    stage = ChoiceField(STAGES, help_text="From then on.")
    code = CharField()
    text = CharField(help_text="What happened, why, and what to do.")
    steps = ListField(child=ChoiceField(STEPS), help_text="Steps to answer again.")


class MissingShape(Shape):
    step = ChoiceField(STEPS)
    field = CharField(allow_null=True)
    code = CharField()
    message = CharField()


class ApplicationShape(ApplicationInListShape):
    steps = StepStateShape(many=True, help_text="In the order they are asked.")
    waiting_for = ChoiceField(["APPLICANT", "VENUE"], allow_null=True, help_text="Null: it is decided.")
    expected = CharField(allow_null=True, help_text="How long the venue will take, as far as known.")
    documents = NeededShape(many=True, help_text="Those the answers so far call for.")
    uploads = UploadShape(many=True)
    agreements = AgreementShape(many=True)
    signing_name = CharField(help_text="Whose full name signs; empty while it is not known.")
    identities = PersonBehindShape(many=True)
    timeline = HappenedShape(many=True, help_text="Oldest first.")
    can_submit = BooleanField()
    missing = MissingShape(many=True, help_text="What stands between it and being sent in.")


class StepShape(Shape):
    step = ChoiceField(STEPS)
    answers = Answers(help_text="Secrets show their last characters; sent back so, they stay.")
    texts = AgreementTextShape(many=True, help_text="Of TAX: what is certified, W-9 or W-8BEN.")


class StepReasonShape(ReasonShape):
    step = CharField()
    field = CharField(allow_null=True, help_text="E.g. people.0.born_on.")


class StepErrorBody(ErrorBody):
    reasons = StepReasonShape(many=True, help_text="All there is to mend.")


class StepErrorShape(Shape):
    error = StepErrorBody()


REFUSED = {422: OpenApiResponse(StepErrorShape, "Understood and refused: nothing has changed.")}
