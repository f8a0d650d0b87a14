"""What may be asked for in an address's query."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.api.errors import invalid


class QueryView(APIView):
    """Its GET takes these parameters, each once: a misspelt one must not pass for one left out."""

    asked: ClassVar[list[OpenApiParameter]] = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method != "GET":
            return
        for name, values in request.query_params.lists():
            if name not in {parameter.name for parameter in self.asked}:
                raise invalid("UNKNOWN_PARAMETER", "There is no such parameter.", field=name[:64])
            if len(values) > 1:
                raise invalid("GIVEN_TWICE", "Say it once.", field=name)
