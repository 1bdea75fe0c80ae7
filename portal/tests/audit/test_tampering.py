"""Somebody has the whole database, yesterday's copy of every table, and no key: what they do to the log is named."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from news.models import Article, Revision
from news.tests.factories import make_copy, make_user
from news.tests.tampering import TamperedNewsroom, first_failure, put_back, rows
from portal.audit import log, verify
from portal.models import AuditEvent, AuditHead

pytestmark = [pytest.mark.django_db, pytest.mark.wide]
CUT = (
    "the database ends at event {}, but {} was written down outside:"
    " it looks restored from a backup, or its tail was removed"
)
GROWN = (
    "event {} is not the one written down outside:"
    " the database looks restored from a backup and written to since, or its tail was replaced"
)


@pytest.fixture
def newsroom(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        newsroom = TamperedNewsroom()
    yield newsroom
    put_back(newsroom.today)  # else the database itself complains about what was torn


def test_untouched_it_holds(newsroom):
    assert verify.verify() == (12, None)


# ---- the chain

CHANGED = "event 7 was changed after it was written"
REASON = "the reason of event 7 was changed after it was written"


def test_an_edited_event_is_named_whichever_column(newsroom):
    forged = {
        "number": (99, "event 7 is missing"),
        "at": (F("at") + timedelta(seconds=1), CHANGED),
        "kind": ("article.approved", CHANGED),
        "subject_kind": ("comment", CHANGED),
        "subject_id": (1_000, CHANGED),
        "actor_id": (None, CHANGED),
        "actor_name": ("somebody", CHANGED),
        "facts": ("{}", CHANGED),
        "reason": ("It is too long", REASON),
        "salt": ("0" * 32, REASON),
        "reason_digest": ("0" * 64, CHANGED),
        "key_id": ("lost", "event 7 is signed with the key lost, which HISTORY_KEYS does not hold"),
        "previous_hash": ("0" * 63 + "1", "event 7 does not follow the one before it"),
        "hash": ("0" * 63 + "1", CHANGED),
    }
    assert set(forged) == {field.name for field in AuditEvent._meta.fields} - {"id"}
    for column, (value, what) in forged.items():
        rows(AuditEvent, number=7).update(**{column: value})
        assert (column, first_failure()) == (column, what)
        put_back(newsroom.today, AuditEvent)


def test_a_reason_may_be_erased(newsroom):
    rows(AuditEvent, number=7).update(reason="", salt="")
    assert verify.verify() == (12, None)


def test_a_reason_put_where_none_was_is_named(newsroom):
    rows(AuditEvent, number=9).update(reason="Because they made me")
    assert first_failure() == "the reason of event 9 was changed after it was written"


@pytest.mark.parametrize("number", [1, 6, 11])
def test_a_removed_event_is_named(newsroom, number):
    rows(AuditEvent, number=number).delete()
    assert first_failure() == f"event {number} is missing"


def test_events_that_follow_a_removed_one_may_move_up_and_it_shows(newsroom):
    rows(AuditEvent, number=9).delete()
    for number in (10, 11, 12):
        rows(AuditEvent, number=number).update(number=number - 1)
    rows(AuditHead).update(number=11)
    assert first_failure() == "event 9 does not follow the one before it"


def test_a_swapped_pair_is_named(newsroom):
    for old, new in ((9, 99), (10, 9), (99, 10)):
        rows(AuditEvent, number=old).update(number=new)
    assert first_failure() == "event 9 does not follow the one before it"


def test_an_event_copied_from_another_story_is_named(newsroom):
    (approval,) = rows(AuditEvent, subject_id=newsroom.live.pk, kind="article.approved", number=3).values()
    last = rows(AuditEvent).get(number=12)
    forged = approval | {"id": None, "number": 13, "subject_id": newsroom.other.pk, "previous_hash": last.hash}
    rows(AuditEvent).bulk_create([AuditEvent(**forged | {"hash": "a" * 64})])
    rows(AuditHead).update(number=13, hash="a" * 64)
    assert first_failure() == "event 13 was changed after it was written"


@pytest.mark.parametrize(
    ("column", "forged", "what"),
    [
        ("id", 2, "the head names event 0, the last event is 12"),
        ("number", 13, "the head names event 13, the last event is 12"),
        ("hash", "0" * 64, "the head does not name event 12 by its hash"),
    ],
)
def test_an_edited_head_is_named(newsroom, column, forged, what):
    rows(AuditHead).update(**{column: forged})
    assert first_failure() == what


# ---- the tail, and yesterday's tables


def cut(last):
    """Remove the events after one, and let the head name that."""
    rows(AuditEvent, number__gt=last).delete()
    rows(AuditHead).update(number=last, hash=rows(AuditEvent).get(number=last).hash)


def test_a_removed_tail_is_named(newsroom):
    rows(AuditEvent, number__gt=10).delete()
    assert first_failure() == "the head names event 12, the last event is 10"
    cut(10)
    assert first_failure() == CUT.format(10, 12)


def test_a_removed_tail_is_named_by_an_anchor_where_no_head_was_written_down(newsroom):
    anchor = (12, rows(AuditEvent).get(number=12).hash)
    log.HEADS.unlink()
    cut(11)
    assert first_failure([anchor]) == CUT.format(11, 12)
    put_back(newsroom.today)
    assert verify.verify([anchor]) == (12, None)


def test_a_tail_replaced_by_one_with_another_key_is_named(newsroom, settings):
    ours, settings.HISTORY_KEYS = settings.HISTORY_KEYS, {"t1": "g" * 64}
    cut(11)
    make_copy()
    settings.HISTORY_KEYS = ours
    assert first_failure() == "event 12 was changed after it was written"


def test_a_tail_the_newsroom_has_written_over_is_named(newsroom, django_capture_on_commit_callbacks):
    cut(11)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            make_copy()
    assert first_failure() == GROWN.format(12)


def test_yesterday_s_copy_of_every_table_is_named(newsroom):
    put_back(newsroom.yesterday)
    assert first_failure() == CUT.format(7, 12)


@pytest.mark.parametrize(
    ("models", "what"),
    [
        ([AuditEvent], "the head names event 12, the last event is 7"),
        ([AuditHead], "the head names event 7, the last event is 12"),
        ([AuditEvent, AuditHead], CUT.format(7, 12)),
        ([Revision], "revision 2 of story {live} is missing, event 8 made it"),
        ([Article], "story {live} shows revision 1, the history says 2"),
    ],
)
def test_yesterday_s_copy_of_some_tables_is_named(newsroom, models, what):
    put_back(newsroom.yesterday, *models)
    assert first_failure() == what.format(live=newsroom.live.pk)


def test_a_long_log_is_verified_in_batches_and_a_failure_at_their_edge_is_named(newsroom, monkeypatch):
    for size in (1, 2, 3, 12):
        monkeypatch.setattr(verify, "BATCH", size)
        assert verify.verify() == (12, None)
    monkeypatch.setattr(verify, "BATCH", 3)
    rows(AuditEvent, number=6).delete()
    assert first_failure() == "event 6 is missing"


# ---- the command


def verified(*arguments, **options):
    out = StringIO()
    call_command("verify_history", *arguments, stdout=out, **options)
    return out.getvalue().splitlines()


def refused(*arguments, **options):
    with pytest.raises(CommandError) as error:
        verified(*arguments, **options)
    return error.value.returncode, str(error.value)


def head(number=12):
    return f"{number}:{rows(AuditEvent).get(number=number).hash}"


def test_the_command_prints_the_head_that_it_takes_another_day(newsroom):
    assert verified() == ["The history holds: 12 events.", f"head {head()}"]
    assert verified("--head", head(), "--head", head(3)) == verified()
    assert verified("--head", f"head {head()}") == verified()


def test_an_empty_history_has_a_head_too():
    assert verified()[1] == f"head 0:{'0' * 64}"
    assert verified("--head", f"0:{'0' * 64}") == verified()


def test_the_first_anchor_that_is_not_in_the_history_is_named(newsroom):
    log.HEADS.unlink()
    wrong = f"12:{'b' * 64}"
    assert refused("--head", wrong, "--head", head(3)) == (1, f"The history does not hold: {GROWN.format(12)}.")
    later = f"20:{'b' * 64}"
    assert refused("--head", later) == (1, f"The history does not hold: {CUT.format(12, 20)}.")


@pytest.mark.parametrize(
    "garbage", ["", "12", "12:", "twelve:" + "b" * 64, "12:" + "b" * 63, "9" * 19 + ":" + "b" * 64]
)
def test_garbage_for_a_head_is_wrong_usage(newsroom, garbage):
    with pytest.raises(CommandError, match="is no head; one reads number:hash"):
        verified("--head", garbage)


def test_heads_come_from_a_file_or_from_a_mailbox(newsroom, tmp_path, monkeypatch):
    kept = tmp_path / "kept"
    kept.write_text(f"head {head(3)}\n\n  {head()}\n{head(7).replace(':', ' ')}\n")
    assert verified(heads=str(kept)) == verified()
    monkeypatch.setattr("sys.stdin", StringIO(f"head 20:{'b' * 64}\n"))
    assert refused(heads="-")[0] == 1
    kept.write_text(f"{head(3)}\nDear operator\n")
    code, sentence = refused(heads=str(kept))
    assert code == 2 and sentence.startswith(f"Line 2 of {kept}: “Dear operator” is no head")
    assert refused(heads=str(tmp_path / "none")) == (
        2,
        f"{tmp_path / 'none'} cannot be read: No such file or directory.",
    )


# ---- a restore known to be right


def go_on(**options):
    return verified("--accept-restore", **{"by": "operator", "reason": "The disk died", **options})


@pytest.fixture
def restored(newsroom, django_capture_on_commit_callbacks):
    """Yesterday's backup is the database now, and somebody is there who may say that this is right."""
    put_back(newsroom.yesterday)
    make_user("Chief editors", username="operator")
    newsroom.goes_on = lambda: django_capture_on_commit_callbacks(execute=True)
    return newsroom


def test_after_an_accepted_restore_the_history_holds_and_the_loss_stays_on_record(restored):
    with restored.goes_on():
        said = go_on()
    event = AuditEvent.objects.get(number=8)
    assert said[0] == "The history holds: 8 events."
    assert said[1].startswith("Lost by a restore: events 8 to 12, as event 8 says (operator, ")
    assert said[1].endswith(": The disk died).")
    assert (event.kind, event.actor_name, event.reason) == ("audit.loss_accepted", "operator", "The disk died")
    with restored.goes_on():
        for _ in range(9):
            make_copy()
    assert verify.verify() == (17, None)
    assert refused("--head", f"11:{'b' * 64}")[1] == f"The history does not hold: {GROWN.format(11)}."


def test_a_restore_is_accepted_also_when_the_newsroom_has_gone_on(restored):
    with restored.goes_on():
        for _ in range(9):
            make_copy()
    assert first_failure() == GROWN.format(8)
    with restored.goes_on():
        go_on()
    assert verify.verify() == (17, None)


def test_a_head_that_was_only_mailed_is_accepted_with_the_others(restored):
    mailed = f"13:{'b' * 64}"
    with restored.goes_on():
        go_on(anchors=[log.head_in(mailed)])
    assert verified("--head", mailed)[0] == "The history holds: 8 events."


def test_a_tail_cut_after_an_accepted_restore_is_named_though_its_numbers_were_lost_before(restored):
    with restored.goes_on():
        go_on()
        make_copy()
        make_copy()
    cut(9)
    assert first_failure() == CUT.format(9, 10)
    with restored.goes_on():
        make_copy()
    assert first_failure() == GROWN.format(10)


def test_an_acceptance_without_the_key_is_named(restored, settings):
    ours, settings.HISTORY_KEYS = settings.HISTORY_KEYS, {"t1": "g" * 64}
    operator = make_user("Chief editors")
    with restored.goes_on():
        lost = [line.strip().replace(" ", ":") for line in log.HEADS.read_text().splitlines()[7:]]
        log.record("audit.loss_accepted", log.lock(), by=operator, first=8, last=12, heads=lost)
    settings.HISTORY_KEYS = ours
    assert first_failure() == "event 8 was changed after it was written"


@pytest.mark.parametrize("options", [{"by": "nobody"}, {"by": None}, {"reason": "  "}])
def test_who_accepts_a_restore_says_who_and_why(restored, options):
    code, sentence = refused("--accept-restore", **{"by": "operator", "reason": "The disk died", **options})
    assert code == 2 and sentence.startswith("Say who accepts the restore")
    assert AuditEvent.objects.count() == 7


def test_who_accepts_nothing_is_told_so(newsroom):
    make_user("Chief editors", username="operator")
    code, sentence = refused("--accept-restore", by="operator", reason="The disk died")
    assert code == 1
    assert sentence == "Nothing was accepted: no event written down outside is missing from the database."
    assert refused(by="operator") == (2, "--by and --reason belong to --accept-restore.")


def test_no_other_break_is_accepted_with_a_restore(restored):
    rows(AuditEvent, number=3).update(actor_name="somebody")
    code, sentence = refused("--accept-restore", by="operator", reason="The disk died")
    assert (code, sentence) == (1, "Nothing was accepted: event 3 was changed after it was written.")


# ---- told without asking


def test_a_restored_database_is_told_to_probes_and_to_the_desk_until_it_is_accepted(restored, client):
    def probe():
        answer = client.get("/health/jobs")
        return answer.status_code, answer.json()["restored"]

    def desk(user):
        client.force_login(user)
        return "verify_history" in client.get("/admin/").content.decode()

    chief, reporter = make_user("Chief editors"), make_user()
    assert probe() == (503, 1)
    assert desk(chief) and not desk(reporter)
    with restored.goes_on():
        make_copy()  # the newsroom goes on before anybody looks: the alarm stays
    with restored.goes_on():
        for _ in range(9):
            make_copy()
    assert probe() == (503, 1)
    with restored.goes_on():
        go_on()
    assert probe() == (200, 0)
    assert not desk(chief)
    with restored.goes_on():
        make_copy()
    assert probe() == (200, 0)
    assert verify.verify()[1] is None


@pytest.mark.parametrize("kept", [None, "", "torn"])
def test_where_no_head_was_written_down_nothing_is_missed(restored, client, kept):
    log.HEADS.unlink()
    if kept is not None:
        log.HEADS.write_text(kept)
    assert client.get("/health/jobs").json()["restored"] == 0


def test_heads_of_two_processes_in_either_order_are_no_alarm(newsroom):
    lines = log.HEADS.read_text().splitlines(keepends=True)
    log.HEADS.write_text("".join([*lines[:-2], lines[-1], lines[-2]]))
    assert log.missing_head() is None
    assert verify.verify() == (12, None)


def test_looking_after_a_lost_head_costs_at_most_two_queries(newsroom, queries_of):
    assert queries_of(log.missing_head) <= 2
