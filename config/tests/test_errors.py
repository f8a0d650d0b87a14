"""Pages for what went wrong: they say what happened and leave a way out."""

import pytest
from django.test import Client

from portal.tests.desk import at_the_desk, text
from portal.tests.factories import a_user


@pytest.mark.django_db
def test_a_mistyped_address_is_answered_by_a_page_with_a_way_home(client: Client) -> None:
    response = client.get("/marketz")
    page = text(response)
    assert response.status_code == 404
    assert "<main>" in page and "There is no such page" in page and 'href="/"' in page
    assert "portal/error.css" in page and "Sign in as" not in page


@pytest.mark.django_db
def test_an_investor_at_the_desk_can_sign_in_as_somebody_else() -> None:
    investor = Client(enforce_csrf_checks=True)
    investor.force_login(a_user(first_name="Ines"))
    refused = investor.get("/admin/", follow=True)
    assert refused.status_code == 403
    assert "The operators&#x27; desk is for staff." in text(refused)
    assert "You are signed in as Ines" in text(refused) and 'href="/admin/"' not in text(refused)

    token = investor.cookies["csrftoken"].value
    gone = investor.post("/admin/logout/", {"csrfmiddlewaretoken": token})
    assert gone["Location"] == "/sign-in"
    assert "_auth_user_id" not in investor.session


@pytest.mark.django_db
def test_an_operator_finds_back_to_the_desk() -> None:
    lost = at_the_desk("Market supervisor").get("/admin/nowhere/")
    assert lost.status_code == 404
    assert 'href="/admin/"' in text(lost)


@pytest.mark.django_db
def test_a_form_without_its_token_is_told_to_be_loaded_anew() -> None:
    response = Client(enforce_csrf_checks=True).post("/admin/logout/")
    assert response.status_code == 403
    assert "This form is out of date" in text(response)
