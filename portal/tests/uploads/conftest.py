from pathlib import Path

import pytest
from pytest_django import Settings

from portal import clock, vault
from portal.models import Application
from portal.tests.factories import a_user


@pytest.fixture
def upload_dir(settings: Settings, tmp_path: Path) -> Path:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return tmp_path / "uploads"


@pytest.fixture
def application(db: None, upload_dir: Path) -> Application:
    return Application.objects.create(
        applicant=a_user(password=None), kind="INDIVIDUAL", key=vault.new_key(), started_at=clock.now()
    )
