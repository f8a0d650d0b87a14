"""Personal data is sealed with keys of its own, which the venue's keys wrap."""

from typing import Any

import pytest
from django.core.management import call_command

from portal import vault
from portal.models import AuditEntry, DataKey

pytestmark = pytest.mark.django_db


def test_what_is_sealed_is_read_again_and_tells_nothing_itself() -> None:
    key = vault.new_key()
    sealed = vault.seal("123-45-6789", key=key)
    assert "6789" not in sealed
    assert vault.unseal(sealed) == "123-45-6789"
    assert vault.seal("", key=key) == "" == vault.unseal("")


def test_after_a_rotation_the_old_key_of_the_venue_may_go(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = ["old"]
    sealed = vault.seal("123-45-6789", key=vault.new_key())
    settings.ENCRYPTION_KEYS = ["new", "old"]
    call_command("rotate_keys", stdout=None)
    settings.ENCRYPTION_KEYS = ["new"]
    assert vault.unseal(sealed) == "123-45-6789"
    assert AuditEntry.objects.get(action="KEYS_ROTATED").facts == {"keys": 1}


def test_with_another_key_of_the_venue_nothing_is_read(settings: Any) -> None:
    sealed = vault.seal("123-45-6789", key=vault.new_key())
    settings.ENCRYPTION_KEYS = ["stranger"]
    with pytest.raises(vault.Unreadable):
        vault.unseal(sealed)


def test_what_a_destroyed_key_sealed_is_gone_for_good() -> None:
    key = vault.new_key()
    sealed = vault.seal("123-45-6789", key=key)
    vault.destroy(key)
    with pytest.raises(vault.Unreadable):
        vault.unseal(sealed)
    assert DataKey.objects.get(pk=key.pk).destroyed_at is not None


def test_a_fingerprint_finds_a_number_again_however_it_is_written() -> None:
    assert (
        vault.fingerprint("123-45-6789") == vault.fingerprint("123 45 6789") != vault.fingerprint("123456780")
    )
    assert vault.fingerprint("") == ""
