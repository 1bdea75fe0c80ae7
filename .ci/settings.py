"""Run a management command as a well-configured site would: `python .ci/settings.py manage.py check --deploy`.

Keys are made up for the one run; nothing is written but a temporary folder.
"""

import os
import runpy
import secrets
import sys
import tempfile
from base64 import urlsafe_b64encode

with tempfile.TemporaryDirectory() as folder:
    os.environ.update(
        SECRET_KEY=secrets.token_urlsafe(50),
        DATA_KEYS=urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        HISTORY_KEYS=f"check:{secrets.token_hex(32)}",
        SITE_URL="https://news.example",
        VAR_DIR=folder,
    )
    sys.path.insert(0, "")
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
