"""The client is generated from the schema, so the schema kept here must be the server's."""

from pathlib import Path

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

KEPT = Path(__file__).parent.parent / "openapi.json"
RENEW = (
    "frontend/openapi.json is not the server's schema any more. Renew it:\n"
    "  python manage.py spectacular --format openapi-json --file frontend/openapi.json\n"
    "  cd frontend && npm run generate"
)


def test_the_kept_schema_is_the_servers() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    assert OpenApiJsonRenderer().render(schema, renderer_context={}).decode() == KEPT.read_text(), RENEW
