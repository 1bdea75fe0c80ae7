"""Fill a newsroom to try out: people in every role, stories and comments in every state.

Everything goes through the workflow and the moderation, so the demo's audit log is a real one. Created once: a second
run leaves alone what people have changed since. This module alone of the roof names models of the apps.
"""

import secrets
from datetime import timedelta
from io import StringIO
from pathlib import Path

from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from comments.models import Comment, Report
from comments.moderation import answers, decisions
from comments.moderation.comment_settings import change_settings
from comments.submission import submit
from news.editorial import workflow
from news.importers import seed
from news.models import Article, Author, WorkingCopy
from portal.accounts.changes import record_new_account
from portal.env import BASE_DIR
from portal.models import User

SEEDS = BASE_DIR / "seeds"
DRAFTS = ("quota-year-end.txt", "zgloszenia-przesylki.txt", "guarantee-one-account.txt", "etykiety-baterie.txt")
SCHEDULED_DRAFT = "night-train-declarations.txt"
PEOPLE = {
    "reporter": ("Marta", "Zielińska", "Reporters"),
    "editor": ("Joost", "de Wit", "Editors"),
    "chief": ("Anna", "Nowak", "Chief editors"),
    "moderator": ("Tom", "Verhoeven", "Moderators"),
    "admin": ("Ada", "Admin", None),
}


def prepare(password: str = "") -> str:
    """Fill an empty newsroom. Returns the password of its people, or "" when they existed already."""
    call_command("load_seeds", str(SEEDS), publish=True, stdout=StringIO())
    if User.objects.filter(username="reporter").exists():
        return ""
    password = password or secrets.token_urlsafe(9)
    with transaction.atomic():
        people = _create_people(password)
        _create_articles(people["reporter"], people["editor"], people["chief"])
        _create_comments(people["moderator"])
    return password


def _create_people(password: str) -> dict[str, User]:
    """Create one user for each role and an administrator. Returns {username: user}."""
    people = {}
    for username, (first, last, role) in PEOPLE.items():
        user = User.objects.create_user(username, password=password, first_name=first, last_name=last, is_staff=True)
        if role:
            user.groups.add(Group.objects.get(name=role))
        else:
            User.objects.filter(pk=user.pk).update(is_superuser=True)
        people[username] = User.objects.get(pk=user.pk)
        record_new_account(people[username], by=None)
    Author.objects.get_or_create(
        name="Marta Zielińska", defaults={"slug": "marta-zielinska", "user": people["reporter"]}
    )
    return people


def _create_articles(reporter: User, editor: User, chief: User) -> None:
    """Create drafts and updates in every stage, two of them scheduled; withdraw a story, fix a typo in another."""
    draft, review, returned, approved = (_create_draft(SEEDS / "drafts" / name, reporter) for name in DRAFTS)
    for copy in (review, returned, approved):
        workflow.submit(copy, copy.latest_revision, by=reporter)
    reason = "Who supervises the account? One call to the customs office, please."
    workflow.send_back(returned, returned.latest_revision, by=editor, reason=reason)
    workflow.approve(approved, approved.latest_revision, by=editor)

    workflow.assign(draft, draft.latest_revision, by=editor, to=reporter)

    live = list(WorkingCopy.objects.filter(article__in=Article.objects.live()).select_related("article").order_by("pk"))
    _edit(live[0], reporter, standfirst="What a rehearsed failure taught a port that had got used to things working.")
    update = live[1]
    _edit(update, editor, headline=update.headline + ": the second container")
    workflow.submit(update, update.latest_revision, by=editor)
    _schedule(_create_draft(SEEDS / "drafts" / SCHEDULED_DRAFT, reporter), reporter, editor, chief, day=1, hour=6)
    extended = live[2]
    _edit(extended, reporter, standfirst=f"{extended.standfirst} The second part follows in spring.".strip())
    _schedule(extended, reporter, editor, chief, day=2, hour=10)
    fixed = live[3]
    _edit(fixed, editor, headline=fixed.headline.replace("settles an old", "settles a long"))
    workflow.fix_typo(fixed, fixed.latest_revision, by=editor)
    withdrawn = live[-1]
    reason, note = "The chamber disputes the figures.", "Sprawdzamy dane podane w tym artykule."
    workflow.withdraw(withdrawn, withdrawn.latest_revision, by=chief, reason=reason, note=note)


def _schedule(copy: WorkingCopy, reporter: User, editor: User, chief: User, *, day: int, hour: int) -> None:
    """Submit, approve and schedule for an hour of the site's zone, `day` days from now."""
    local = timezone.localtime(timezone=timezone.get_default_timezone()) + timedelta(days=day)
    workflow.submit(copy, copy.latest_revision, by=reporter)
    workflow.approve(copy, copy.latest_revision, by=editor)
    workflow.schedule(
        copy, copy.latest_revision, by=chief, at=local.replace(hour=hour, minute=0, second=0, microsecond=0)
    )


def _create_draft(path: Path, by: User) -> WorkingCopy:
    """Import a seed in its reporter's name, not yet submitted."""
    article = seed.load(path, by=by).article
    return WorkingCopy.objects.select_related("article", "latest_revision").get(pk=article.pk)


def _edit(copy: WorkingCopy, by: User, **fields: str) -> None:
    with workflow.editing(copy, by=by, version=copy.version):
        for name, value in fields.items():
            setattr(copy, name, value)


def _create_comments(moderator: User) -> None:
    """Create a thread under the newest story, and comments of every kind in the moderation queue."""
    newest, second, third = Article.objects.live().latest_first()[:3]
    blocklist = "# what every robot sells\ncasino*\nvisa\n# what we look at first\nbribe*\nłapówk*"
    change_settings({"hold_wordlist": blocklist}, by=moderator)
    question = _post(newest, "Grażyna W.", "Czy to samo dotyczy zgłoszeń uproszczonych? W tekście mowa o zwykłych.")
    decisions.approve(question, by=moderator)
    answer = _post(newest, "R. Lindqvist", "In our experience yes, but the terminal wants paper as well.", question)
    decisions.approve(answer, by=moderator)
    thanks = _post(newest, "Grażyna W.", "Dziękuję, to zmienia postać rzeczy.", answer)
    decisions.approve(thanks, by=moderator)
    praise = _post(second, "J. Peeters", "Three offices gave us three codes for this pair of boxes. One at last.")
    answers.answer(praise, "Which three? We would like to ask them.", by=moderator)
    anger = _post(newest, "T. Brandt", "At the night counter they lose every third form. It is always the same clerk.")
    decisions.approve(anger, by=moderator)
    submit.report(anger, reason=Report.Reason.PERSONAL, text="There is only one clerk at night. Everybody knows who.")
    _post(second, "Ola", "Czy wiążące informacje wydane przed opinią tracą ważność od razu, czy z końcem roku?")
    _post(third, "Halina W.", "Nasz program podkreśla teraz takie słowa na czerwono. Spedytorzy klną, ale działa.")
    _post(third, "Mykola", "Дякую за статтю. Will there be an English version of the form?")
    _post(second, "Anna Nowak", "The newsroom will publish the list of codes tomorrow.")
    _post(
        third,
        "Ferry",
        "Call me on +44 20 7946 0958, or see https://a.example/tariff and https://b.example: cheap v1sa, no br1be.",
    )
    decisions.mark_spam(_post(third, "cheap_visa_24", "Best customs clearence agent!! Write to me today"), by=moderator)
    rude = _post(second, "Anonymous", "They should all be thrown into the harbour.")
    decisions.reject(rude, reason=decisions.Reason.ABUSIVE, by=moderator)


def _post(article: Article, name: str, body: str, parent: Comment | None = None) -> Comment:
    address = f"{name.split()[0].strip('.').lower()}@reader.example".encode("ascii", "ignore").decode()
    return submit.submit(article, name=name, address=address, body=body, parent=parent, at=timezone.now()).comment
