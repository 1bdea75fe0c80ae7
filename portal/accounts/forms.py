"""Forms in which people change their own account."""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.db import transaction

from portal.accounts import changes
from portal.audit import log
from portal.models import User


class PreferencesForm(forms.ModelForm):
    """A person's own interface language and time zone."""

    class Meta:
        model = User
        fields = ["admin_language", "time_zone"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""

    def save(self, commit: bool = True) -> User:
        """Save only these fields, because others (`is_active`) may have changed meanwhile; record the change."""
        with changes.recording_account(self.instance, by=self.instance):
            self.instance.save(update_fields=self._meta.fields)
        return self.instance


class OwnPasswordForm(AdminPasswordChangeForm):
    """A person's new password, set by themselves."""

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        log.lock()
        user = super().save(commit)
        changes.record_password(user, by=user)
        return user
