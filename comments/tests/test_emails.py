import pytest
from cryptography.fernet import Fernet

from comments import emails
from comments.models import CommenterEmail
from comments.tests.factories import make_comment
from news.tests.factories import make_user
from portal.models import AuditEvent

pytestmark = pytest.mark.django_db

ADDRESS = "grazyna@example.org"


def test_an_address_comes_back_as_it_was_and_is_not_stored_as_it_was():
    comment = make_comment(address=ADDRESS)
    stored = CommenterEmail.objects.get(pk=comment.pk)
    assert "example.org" not in stored.address + stored.address_hash
    assert emails.address_of(comment, by=make_user("Moderators")) == ADDRESS


def test_each_look_is_an_event_on_the_comment_and_does_not_say_the_address():
    comment, moderator = make_comment(address=ADDRESS), make_user("Moderators")
    emails.address_of(comment, by=moderator)
    event = AuditEvent.objects.about(comment).get(kind="email.viewed")
    assert event.actor_id == moderator.pk
    assert ADDRESS not in event.facts + event.reason


def test_nobody_without_the_permission_sees_it_and_the_attempt_is_no_event():
    comment = make_comment()
    with pytest.raises(emails.EmailUnavailable, match="Your role does not see addresses"):
        emails.address_of(comment, by=make_user("Editors"))
    assert not AuditEvent.objects.about(comment).exists()


def test_after_a_change_of_keys_the_old_one_still_decrypts_and_still_finds(settings):
    comment, (old,) = make_comment(address=ADDRESS), settings.DATA_KEYS
    settings.DATA_KEYS = [Fernet.generate_key().decode(), old]
    assert emails.address_of(comment, by=make_user("Moderators")) == ADDRESS
    assert CommenterEmail.objects.get(pk=comment.pk).address_hash in emails.lookup_hashes(ADDRESS)


def test_without_its_key_nobody_sees_it_and_the_sentence_says_so(settings):
    comment = make_comment(address=ADDRESS)
    settings.DATA_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(emails.EmailUnavailable) as refusal:
        emails.address_of(comment, by=make_user("Moderators"))
    assert str(refusal.value) == (
        "This address was encrypted with a key that DATA_KEYS no longer holds; it cannot be shown."
    )
    assert refusal.value.__suppress_context__
    assert not AuditEvent.objects.about(comment).exists()


def test_one_person_is_found_however_the_address_is_written():
    assert emails.lookup_hashes(" Grazyna@Example.ORG ") == emails.lookup_hashes("grazyna@example.org")
    assert emails.lookup_hashes("grazyna@example.org") != emails.lookup_hashes("grazyna@example.com")


def test_equal_addresses_are_encrypted_differently():
    assert emails.encrypt(ADDRESS) != emails.encrypt(ADDRESS)


def test_neither_comment_nor_contact_calls_itself_by_the_address():
    comment = make_comment(address=ADDRESS)
    for thing in (comment, comment.commenter_email):
        assert ADDRESS not in f"{thing} {thing!r}"
