import pytest


@pytest.fixture(autouse=True)
def static_files_on_demand(settings):
    """Else WhiteNoise reads every static file of the admin and the editor for each test's client, for 0.1 s."""
    settings.WHITENOISE_AUTOREFRESH = True
