"""What it takes beyond being signed in."""

from rest_framework import status
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from portal import second_factor
from portal.api.errors import ApiError

CODE = "SECOND_FACTOR_REQUIRED"
MESSAGE = "Set up a second factor first: without one nobody trades or moves money here."
NEXT_STEP = "Set one up under Security, in the menu of your account."
# As a preview says it.
REASON = {"code": CODE, "message": MESSAGE, "citation": "House rule", "next_step": NEXT_STEP, "until": None}


class SecondFactor(BasePermission):
    """For what trades or moves money; reading is open without."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method not in SAFE_METHODS and not second_factor.has(request.user):
            raise ApiError(status.HTTP_403_FORBIDDEN, CODE, f"{MESSAGE} {NEXT_STEP}")
        return True
