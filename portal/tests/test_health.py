"""What machines ask, they ask inside: over plain http, whatever readers use."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/health/jobs"])
def test_probes_are_answered_over_plain_http_where_readers_come_by_https(client, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == 200
    assert client.get(path, headers={"x-forwarded-proto": "http"}).status_code == 200
    for elsewhere in ("/", "/admin/", f"/news{path}"):
        response = client.get(elsewhere)
        assert (response.status_code, response.headers["Location"][:8]) == (301, "https://")
