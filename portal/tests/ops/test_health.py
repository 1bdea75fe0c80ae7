"""What machines ask, they ask inside: over plain http, whatever readers use."""

import pytest
from django.db import OperationalError

from portal.registry import health

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/health/jobs"])
def test_probes_are_answered_over_plain_http_where_readers_come_by_https(client, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == 200
    assert client.get(path, headers={"x-forwarded-proto": "http"}).status_code == 200
    for elsewhere in ("/", "/admin/", f"/news{path}"):
        response = client.get(elsewhere)
        assert (response.status_code, response.headers["Location"][:8]) == (301, "https://")


@pytest.fixture
def checks(monkeypatch):
    """Registries that a test may add to."""
    monkeypatch.setattr(health, "_jobs_checks", list(health._jobs_checks))
    monkeypatch.setattr(health, "_ready_checks", list(health._ready_checks))


def test_all_is_well_when_every_registered_count_is_nought(client, checks):
    response = client.get("/health/jobs")
    assert (response.status_code, response.json()) == (200, {"late": 0, "dead": 0, "overdue": 0, "restored": 0})


def test_one_check_that_counts_something_is_an_alarm_beside_the_others(client, checks):
    moments = []

    @health.jobs_check
    def broken(at):
        moments.append(at)
        return {"broken": 2}

    response = client.get("/health/jobs")
    assert (response.status_code, response.json()["broken"], response.json()["dead"]) == (503, 2, 0)
    assert len(moments) == 1 and moments[0].tzinfo


def test_the_site_is_not_ready_while_one_question_gets_no_answer(client, checks):
    assert client.get("/health/ready").json() == {"status": "ok"}

    @health.ready_check
    def no_answer():
        raise OperationalError("connection refused")

    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (503, {"status": "no database"})
    assert client.get("/health/live").status_code == 200
