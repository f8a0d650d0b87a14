"""How the published schema tells of an operation."""

from drf_spectacular.openapi import AutoSchema
from rest_framework.permissions import AllowAny

from portal.api.authentication import scopes_of


class OperationSchema(AutoSchema):
    def get_summary(self) -> str:
        """The first sentence of what is said of it, for the list of operations."""
        return str(self.get_description()).partition(".")[0]

    def get_auth(self) -> list[dict[str, list[str]]]:
        """What is open to everybody shows no lock."""
        if AllowAny in self.view.permission_classes:
            return []
        auth: list[dict[str, list[str]]] = super().get_auth()
        takes_keys = self.method in scopes_of(self.view)
        return [scheme for scheme in auth if takes_keys or "key" not in scheme]
