"""Jobs are rows: kept with the transaction that wanted them, claimed by one worker, retried, and seen when dead."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from portal import jobs
from portal.models import Job, User

NOW = timezone.now()
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

done = []


@jobs.job
def deliver(**payload):
    done.append(payload)


@jobs.job(attempts=3)
def fail(message="no luck"):
    done.append(message)
    raise ValueError(message)


@jobs.job(attempts=2, lease=MINUTE)
def leave():
    raise SystemExit("set SECRET_KEY")


@jobs.job
def refuse_recipient():
    raise SMTPRecipientsRefused(
        {"jan.kowalski+cło@przykład.pl": (550, b"<jan.kowalski@x.pl> from 2001:db8::7, 10.1.2.3")}
    )


@pytest.fixture(autouse=True)
def nothing_done_yet():
    done.clear()


pytestmark = pytest.mark.django_db


def enqueue_at_now(what, **options):
    jobs.enqueue(what, due_at=NOW, **options)
    return Job.objects.latest("pk")


def at_once(number, call):
    """Call it in so many threads, each with a connection of its own."""
    start = Barrier(number)

    def begin():
        start.wait()
        try:
            call()
        finally:
            connection.close()

    threads = [Thread(target=begin) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def after_failures(number, what=fail):
    """A job that has failed so often, as it stands in the database."""
    found = enqueue_at_now(what)
    for _ in range(number):
        found.refresh_from_db()
        assert jobs.run_one("w", now=found.due_at)
    found.refresh_from_db()
    return found


# Asking


def test_a_job_is_done_with_what_it_was_asked():
    jobs.enqueue(deliver, number=7, words=["cło", "\x00", "\ud800"])
    assert jobs.run_one("w")
    assert done == [{"number": 7, "words": ["cło", "\x00", "\ud800"]}]
    finished = Job.objects.get()
    assert (finished.state, finished.attempts, finished.claimed_by) == (Job.State.DONE, 1, "")
    assert finished.finished_at
    assert not jobs.run_one("w")


def test_a_job_may_be_asked_for_by_name_and_is_kept_as_canonical_text():
    found = enqueue_at_now("test_jobs.deliver", b=1, a=[2])
    assert found.payload == '{"a":[2],"b":1}'


def test_a_job_nobody_knows_cannot_be_asked_for():
    with pytest.raises(LookupError, match="no job called comments.nonsense"):
        jobs.enqueue("comments.nonsense")


def test_a_payload_that_is_no_json_is_refused_where_it_is_asked():
    with pytest.raises(TypeError):
        jobs.enqueue(deliver, moment=NOW)


def test_two_jobs_may_not_share_a_name():
    with pytest.raises(ValueError, match="two jobs called test_jobs.deliver"):
        jobs.job(deliver)


@pytest.mark.django_db(transaction=True)
def test_a_caller_that_rolls_back_leaves_no_job():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.enqueue(deliver)
        jobs.enqueue(deliver, key="k")
        raise ZeroDivisionError
    assert not Job.objects.exists()


def test_a_job_waits_for_its_hour():
    jobs.enqueue(deliver, due_at=NOW + MINUTE)
    assert not jobs.run_one("w", now=NOW + MINUTE - SECOND)
    assert jobs.run_one("w", now=NOW + MINUTE)


def test_what_is_due_longest_is_done_first():
    for minutes in (1, 3, 2):
        jobs.enqueue(deliver, due_at=NOW - minutes * MINUTE, minutes=minutes)
    while jobs.run_one("w", now=NOW):
        pass
    assert [payload["minutes"] for payload in done] == [3, 2, 1]


# Keys


def test_a_key_that_waits_is_not_enqueued_twice():
    first = enqueue_at_now(deliver, key="digest", number=1)
    jobs.enqueue(deliver, key="digest", due_at=NOW + MINUTE, number=2)
    assert Job.objects.get() == first
    first.refresh_from_db()
    assert (first.due_at, first.payload) == (NOW, '{"number":1}')


def test_of_two_hours_for_one_key_the_earlier_counts():
    jobs.enqueue(deliver, key="digest", due_at=NOW + MINUTE)
    jobs.enqueue(deliver, key="digest", due_at=NOW)
    assert Job.objects.get().due_at == NOW


def test_a_key_belongs_to_one_kind_of_job_and_no_key_joins_nothing():
    for what in (deliver, fail):
        jobs.enqueue(what, key="k")
        jobs.enqueue(what)
        jobs.enqueue(what)
    assert Job.objects.count() == 6


def test_a_key_is_free_again_as_soon_as_its_job_is_begun():
    """The running digest has already counted the comments; the one that came since needs another."""
    jobs.enqueue(deliver, key="digest", due_at=NOW)
    jobs.claim_one("w", now=NOW)
    jobs.enqueue(deliver, key="digest", due_at=NOW)
    jobs.enqueue(deliver, key="digest", due_at=NOW)
    assert Job.objects.waiting().count() == 2


def test_the_database_itself_refuses_a_second_waiting_key():
    Job.objects.create(name="n", payload="{}", key="k")
    with pytest.raises(IntegrityError):
        Job.objects.create(name="n", payload="{}", key="k")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_callers_at_once_with_one_key_leave_one_job():
    def call():
        with transaction.atomic():
            jobs.enqueue(deliver, key="digest")

    at_once(6, call)
    assert Job.objects.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_job_somebody_has_just_joined_is_not_begun_before_they_commit():
    """Else the digest would be sent without the comment whose transaction relies on it."""
    begun_at = []

    def begin():
        try:
            assert jobs.claim_one("w")
            begun_at.append(timezone.now())
        finally:
            connection.close()

    jobs.enqueue(deliver, key="digest")
    worker = Thread(target=begin)
    with transaction.atomic():
        jobs.enqueue(deliver, key="digest")
        worker.start()
        worker.join(timeout=0.5)
        last_moment = timezone.now()
    worker.join()
    assert begun_at[0] > last_moment


# Claiming


def test_a_claimed_job_is_nobody_elses_until_its_lease_ends():
    enqueue_at_now(leave)
    claimed = jobs.claim_one("first", now=NOW)
    assert (claimed.attempts, claimed.claimed_until) == (1, NOW + MINUTE)
    assert jobs.claim_one("second", now=NOW + MINUTE - SECOND) is None
    assert jobs.claim_one("second", now=NOW + MINUTE).attempts == 2


def test_the_slower_of_two_claims_gets_nothing(monkeypatch):
    """The second worker has read the row while it was free; the swap finds that it no longer is."""
    found = enqueue_at_now(deliver)
    due, first = Job.objects.due, []

    class Due:
        def due(self, at):
            rows = due(at=at)
            if not first:
                first.append(list(rows))
                assert jobs.claim_one("quicker", now=NOW)
                return first[0]
            return rows

    monkeypatch.setattr(Job, "objects", Due())
    assert jobs.claim_one("slower", now=NOW) is None
    monkeypatch.undo()
    found.refresh_from_db()
    assert (found.claimed_by, found.attempts) == ("quicker", 1)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_workers_claiming_at_once_never_claim_the_same_job():
    Job.objects.bulk_create(Job(name="test_jobs.deliver", payload="{}", due_at=NOW) for _ in range(40))
    claimed = []

    def claim_all():
        while Job.objects.due(at=NOW).exists():  # an empty hand may only mean that the others were quicker
            if job := jobs.claim_one("w", now=NOW):
                claimed.append(job.pk)

    at_once(4, claim_all)
    assert len(claimed) == len(set(claimed)) == 40


def test_a_worker_that_outlasted_its_lease_cannot_tick_off_what_another_has_begun(caplog):
    found = enqueue_at_now(leave)
    slow = jobs.claim_one("slow", now=NOW)
    jobs.claim_one("other", now=NOW + MINUTE)
    jobs._note(slow, None, now=NOW + MINUTE)
    found.refresh_from_db()
    assert (found.state, found.claimed_by) == (Job.State.WAITING, "other")
    assert "outlasted its lease" in caplog.text


# Failing


def test_a_job_that_raises_is_tried_again_after_a_growing_pause():
    found = enqueue_at_now(fail)
    assert jobs.run_one("w", now=NOW)
    found.refresh_from_db()
    assert (found.state, found.attempts, found.claimed_by, found.finished_at) == (Job.State.WAITING, 1, "", None)
    assert found.last_error.startswith("ValueError: no luck (test_jobs.py:")
    assert 22 <= (found.due_at - NOW).total_seconds() <= 38


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 30), (2, 60), (5, 480), (9, 3600), (1000, 3600)])
def test_pauses_double_up_to_an_hour_and_are_never_quite_the_same(attempts, seconds):
    pauses = [jobs.pause_after(attempts).total_seconds() for _ in range(50)]
    assert seconds * 0.75 <= min(pauses) < max(pauses) <= seconds * 1.25


def test_after_its_last_attempt_a_job_is_dead():
    dead = after_failures(3)
    assert (dead.state, dead.attempts) == (Job.State.DEAD, 3)
    assert dead.finished_at and "no luck" in dead.last_error
    assert not jobs.run_one("w", now=NOW + timedelta(days=365))
    assert len(done) == 3


def test_a_job_that_would_end_the_process_only_fails():
    assert after_failures(2, leave).last_error.startswith("SystemExit: set SECRET_KEY")


def test_a_job_that_kills_every_worker_ends_among_the_dead():
    found = enqueue_at_now(leave)
    for attempt in range(2):
        assert jobs.claim_one("killed", now=NOW + attempt * MINUTE)
    assert jobs.run_one("w", now=NOW + 2 * MINUTE)
    found.refresh_from_db()
    assert found.state == Job.State.DEAD
    assert "stopped in mid-job each time" in found.last_error


def test_a_job_from_a_newer_version_of_the_site_waits_for_a_newer_worker():
    found = Job.objects.create(name="news.from_the_future", payload="{}", due_at=NOW)
    assert jobs.run_one("w", now=NOW)
    found.refresh_from_db()
    assert found.state == Job.State.WAITING
    assert "this worker knows no such job" in found.last_error


def test_a_broken_transaction_in_a_job_does_not_spoil_the_next():
    @jobs.job
    def break_the_transaction():
        with transaction.atomic():
            Job.objects.create(name="n", payload="{}", key="k")
            Job.objects.create(name="n", payload="{}", key="k")

    try:
        jobs.enqueue(break_the_transaction, due_at=NOW - SECOND)
        jobs.enqueue(deliver, due_at=NOW)
        assert jobs.run_one("w", now=NOW)
        assert jobs.run_one("w", now=NOW)
    finally:
        del jobs.HANDLERS[jobs.name_of(break_the_transaction)]
    assert done == [{}]
    assert "IntegrityError" in Job.objects.get(name__endswith="break_the_transaction").last_error


def test_an_error_keeps_no_address_neither_in_its_row_nor_in_the_log(caplog):
    found = enqueue_at_now(refuse_recipient)
    jobs.run_one("w", now=NOW)
    found.refresh_from_db()
    assert "SMTPRecipientsRefused" in found.last_error and "550" in found.last_error
    for text in (found.last_error, caplog.text):
        for secret in ("kowalski", "przykład", "x.pl", "2001:db8", "10.1.2.3"):
            assert secret not in text


@pytest.mark.parametrize("message", ["a\0b", "\ud800", "x" * 5000, "DETAIL: Key (name)=(Jan Kowalski) exists."])
def test_any_error_can_be_noted(message):
    found = enqueue_at_now(fail, message=message)
    assert jobs.run_one("w", now=NOW)
    found.refresh_from_db()
    assert found.last_error.startswith("ValueError")
    assert "Kowalski" not in found.last_error
    assert len(found.last_error) < 400


# Duties


def test_a_duty_comes_round_once_per_interval_whoever_asks():
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    for hours in (0, 1, 23):
        jobs.enqueue_recurring(now=midnight + timedelta(hours=hours))
        while jobs.run_one("w", now=midnight + timedelta(hours=hours)):
            pass
    duty = Job.objects.filter(name="portal.purge_finished")
    assert duty.count() == 1
    jobs.enqueue_recurring(now=midnight + timedelta(hours=24))
    assert duty.count() == 2


def test_a_duty_that_was_begun_while_another_worker_asked_does_not_come_twice(monkeypatch):
    ask = jobs.enqueue

    def too_late(name, **options):
        monkeypatch.setattr(jobs, "enqueue", ask)
        jobs.enqueue_recurring(now=NOW)
        begun = [jobs.claim_one("the other", now=NOW) for _ in range(Job.objects.count())]
        assert name in {job.name for job in begun}
        ask(name, **options)

    monkeypatch.setattr(jobs, "enqueue", too_late)
    jobs.enqueue_recurring(now=NOW)
    names = list(Job.objects.values_list("name", flat=True))
    assert "portal.purge_finished" in names
    assert len(names) == len(set(names))
    assert not Job.objects.filter(attempts=0).exists()


def test_finished_jobs_are_forgotten_after_a_while_but_never_the_dead():
    long_ago = timezone.now() - jobs.KEEP_FINISHED - SECOND
    for state in (Job.State.DONE, Job.State.SET_ASIDE, Job.State.DEAD):
        Job.objects.create(name="old", payload="{}", state=state, finished_at=long_ago)
    Job.objects.create(name="new", payload="{}", state=Job.State.DONE, finished_at=long_ago + MINUTE)
    Job.objects.create(name="waiting", payload="{}", created_at=long_ago, due_at=long_ago)
    jobs.purge_finished()
    left = set(Job.objects.values_list("name", "state"))
    assert left == {("old", "dead"), ("new", "done"), ("waiting", "waiting")}


# Health


def test_all_is_well_while_nothing_is_late_or_dead():
    jobs.enqueue(deliver, due_at=NOW - MINUTE)
    jobs.enqueue(deliver, due_at=NOW + MINUTE)
    assert jobs.health(NOW) == {"late": 0, "dead": 0}


def test_a_job_no_worker_takes_becomes_late():
    jobs.enqueue(deliver, due_at=NOW)
    assert jobs.health(NOW + 11 * MINUTE) == {"late": 1, "dead": 0}


def test_a_job_in_work_is_not_late_but_one_whose_worker_died_becomes_so():
    jobs.enqueue(deliver, due_at=NOW - timedelta(hours=1))
    jobs.claim_one("w", now=NOW)
    assert jobs.health(NOW + 4 * MINUTE)["late"] == 0
    assert jobs.health(NOW + 5 * MINUTE + 11 * MINUTE)["late"] == 1


def test_a_dead_job_is_counted_until_somebody_decides():
    dead = after_failures(3)
    assert jobs.health()["dead"] == 1
    assert jobs.set_aside(dead)
    assert jobs.health()["dead"] == 0
    assert not jobs.set_aside(dead) and not jobs.try_again(dead)


# Deciding about the dead


def test_a_dead_job_tried_again_has_all_its_attempts():
    dead = after_failures(3)
    assert jobs.try_again(dead, now=NOW)
    assert not jobs.try_again(dead, now=NOW)
    dead.refresh_from_db()
    assert (dead.state, dead.attempts, dead.due_at, dead.finished_at) == (Job.State.WAITING, 0, NOW, None)
    assert after_failures(0) and jobs.run_one("w", now=NOW)


def test_a_dead_job_is_not_tried_again_while_its_like_is_waiting():
    dead = Job.objects.create(name="test_jobs.fail", payload="{}", key="k", state=Job.State.DEAD, finished_at=NOW)
    jobs.enqueue(fail, key="k")
    assert not jobs.try_again(dead)
    dead.refresh_from_db()
    assert dead.state == Job.State.DEAD


@pytest.fixture
def as_staff(client):
    """Log in somebody of the newsroom with these permissions on jobs."""

    def log_in(*codenames):
        user = User.objects.create_user("ola", is_staff=True, admin_language="en")
        user.user_permissions.set(Permission.objects.filter(content_type__app_label="portal", codename__in=codenames))
        client.force_login(user)
        return client

    return log_in


LIST = "admin:portal_job_changelist"


def press(client, action, *found):
    data = {"action": action, "_selected_action": [job.pk for job in found]}
    return client.post(reverse(LIST), data, follow=True).content.decode()


def test_staff_see_the_dead_and_why(as_staff):
    after_failures(3)
    enqueue_at_now(deliver)
    page = as_staff("view_job").get(reverse(LIST), {"state__exact": "dead"}).content.decode()
    assert "test_jobs.fail" in page and "ValueError: no luck" in page
    assert "test_jobs.deliver" not in page
    assert "try_again" not in page


def test_a_job_can_be_looked_at_but_not_edited(as_staff):
    found = enqueue_at_now(deliver, number=7)
    client = as_staff("view_job", "change_job", "add_job", "delete_job", "retry_job")
    page = client.get(reverse("admin:portal_job_change", args=[found.pk])).content.decode()
    assert "{&quot;number&quot;:7}" in page
    assert 'name="_save"' not in page and 'name="state"' not in page
    assert client.get(reverse("admin:portal_job_add")).status_code == 403
    assert client.post(reverse("admin:portal_job_delete", args=[found.pk]), {"post": "yes"}).status_code == 403


def test_with_permission_a_dead_job_is_tried_again_or_set_aside(as_staff):
    first, second = after_failures(3), after_failures(3)
    client = as_staff("view_job", "retry_job")
    assert "will be tried again" in press(client, "try_again", first)
    assert "is set aside" in press(client, "set_aside", second)
    assert "is not dead" in press(client, "try_again", first, second)
    assert [Job.objects.get(pk=job.pk).state for job in (first, second)] == ["waiting", "set aside"]


def test_without_permission_nobody_tries_a_dead_job_again(as_staff):
    dead = after_failures(3)
    press(as_staff("view_job", "change_job"), "try_again", dead)
    dead.refresh_from_db()
    assert dead.state == Job.State.DEAD


def test_the_list_of_jobs_costs_the_same_for_one_or_many(as_staff, queries_of):
    client = as_staff("view_job")
    enqueue_at_now(deliver)
    one = queries_of(client.get, reverse(LIST))
    for _ in range(9):
        enqueue_at_now(deliver)
    assert queries_of(client.get, reverse(LIST)) == one <= 15
