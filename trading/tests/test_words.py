import json

from django.conf import settings

from trading.words import HALT_CODES


def test_investors_read_of_a_halt_what_its_operator_chose() -> None:
    texts = json.loads((settings.BASE_DIR / "frontend/src/locales/en.json").read_text())["reason"]
    assert {code: texts.get(code) for code in HALT_CODES} == HALT_CODES
