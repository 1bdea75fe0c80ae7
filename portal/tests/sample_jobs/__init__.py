"""An app with jobs for the worker's tests: only portal/tests/worker_settings.py installs it."""
