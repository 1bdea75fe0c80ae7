"""How each action of access.py is done by a person: which page is opened, what is typed, which button is pressed.

Names in braces are what `newsroom.py` has one of. What comes of it is the kind of the newest event, or a question.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.contrib.auth.models import Group
from django.contrib.messages import INFO, WARNING

from comments import emails
from comments.models import Comment, EmailPreference, Report, Subscription
from comments.moderation import decisions, sender_rules
from comments.moderation.bulk import decide_all
from news.models import Author, Autosave, Presence, Section, Tag, WorkingCopy
from news.tests.page_forms import fields_of
from portal.models import AuditEvent, User
from portal.tests.markup import tight
from portal.tests.newsroom import PASSWORD, TOKEN, post

NEW_PASSWORD = "quite another sentence"
STORIES, QUEUE, RULES = "/admin/news/workingcopy/", "/admin/comments/comment/", "/admin/comments/commentsettings/"
PERSON = QUEUE + "person/"
DRAFT = STORIES + "{draft.pk}/"


@dataclass(frozen=True)
class Way:
    page: str
    form: str = ""  # the id of its form, or all that post
    to: str = ""  # where it is sent, if the page itself does not take it
    typed: dict = field(default_factory=dict)
    button: tuple = ()  # the name and the value it sends
    action: bool = False  # `to` is in the `formaction` of the button
    select: str = ""  # a bulk action, by the name its list gives it, for the row in `typed`
    asked: dict | None = None  # what is typed on the page that a bulk action asks first
    says: dict | None = None  # what the editor's script sends, instead of a form
    begun: Callable | None = None  # what has happened before, by whoever opens the page
    then: str | Callable = ""
    refused_as: int = WARNING  # how loudly

    def filled_in(self, newsroom, person, browser):
        """Open the page as this person and fill in its form: the page, and the fields as they would be sent."""
        page = browser.get(newsroom.fill_in(self.page))
        sent = fields_of(page, self.form) if page.status_code == 200 else fields_of(page, "nothing")
        for name, value in self.typed.items():
            sent[name] = newsroom.fill_in(value)
        if self.button:
            sent[self.button[0]] = newsroom.fill_in(self.button[1])
        if self.select:
            actions = sent.getlist("action")
            if self.select not in actions:  # which is refused, or the table is wrong
                sent.setlist("action", [*actions, self.select])
            sent["index"] = sent.getlist("action").index(self.select)
            if self.asked is not None:
                sent = fields_of(post(browser, newsroom.fill_in(self.page), sent), "")
                for name, value in self.asked.items():
                    sent[name] = newsroom.fill_in(value)
        return page, sent

    def shows(self, newsroom, page):
        """Whether the button is on the page."""
        text = page.content.decode()
        if self.select:
            return f'value="{self.select}"' in text
        if self.action:
            begins = f'formaction="{newsroom.fill_in(self.to)}?'
            buttons = [button for button in re.findall(r"<button\b[^>]*>", text) if begins in button]
            return any(not self.button or f'value="{self.button[1]}"' in button for button in buttons)
        name, value = self.button
        text = tight(text)
        return f'name="{name}"' in text if not value else f'name="{name}" value="{newsroom.fill_in(value)}"' in text

    def send(self, newsroom, person, browser, sent):
        to = newsroom.fill_in(self.to or self.page)
        if self.says is None:
            return post(browser, to, sent)
        user = newsroom[person]
        says = self.says | {"person": user and user.pk}
        return browser.post(to, says, content_type="application/json", headers={"X-CSRFToken": TOKEN})

    def came_of_it(self, newsroom, person, response):
        user = newsroom[person]
        if callable(self.then):
            return self.then(newsroom, user, response)
        event = AuditEvent.objects.order_by("-number").first()
        return (event.kind, event.actor_id) == (self.then, user.pk)


# ---- steps: the story, what is typed, and afterwards the working copy's stage, what readers see and the last event

STEPS = {
    "submit": ("draft", {}, "review", "nothing", "article.submitted"),
    "return": ("in_review", {"reason-return": "Who says so?"}, "changes", "nothing", "article.returned"),
    "approve": ("in_review", {}, "approved", "nothing", "article.approved"),
    "approve_and_publish": ("in_review", {}, "none", "this text", "article.published"),
    "publish": ("approved", {}, "none", "this text", "article.published"),
    "schedule": ("approved", {}, "scheduled", "nothing", "article.scheduled"),
    "unschedule": ("scheduled", {}, "approved", "nothing", "article.unscheduled"),
    "fix_typo": ("mended", {}, "none", "this text", "article.typo_fixed"),
    "publish_alone": (
        "draft",
        {"reason-publish_alone": "A port is closed"},
        "none",
        "this text",
        "article.published_unreviewed",
    ),
    "review_published": ("alone", {}, "none", "this text", "article.reviewed_after_publication"),
    "publish_unread": ("draft", {}, "", "", "article.imported"),
    "withdraw": ("live", {"reason-withdraw": "The source was wrong"}, "none", "nothing", "article.withdrawn"),
    "restore": ("withdrawn", {}, "none", "this text", "article.restored"),
    "discard": ("draft", {}, "discarded", "nothing", "article.discarded"),
    "reopen": ("discarded", {}, "draft", "nothing", "article.reopened"),
    "assign": ("draft", {"assign-to": "{writer.pk}"}, "draft", "nothing", "article.assigned"),
    "expire": (
        "live",
        {"expire-date": "{next_year:%Y-%m-%d}", "expire-time": "12:00"},
        "none",
        "this text",
        "article.expiry_set",
    ),
    "clear_expiry": ("ending", {}, "none", "this text", "article.expiry_cleared"),
}


def step(name, screen):
    """A step as its button takes it, on the story's form or where two versions are compared."""
    story, typed, stage, readers, kind = STEPS[name]

    def has_come(newsroom, user, response):
        copies = WorkingCopy.objects.select_related("article__live_revision", "latest_revision")
        copy = copies.get(pk=newsroom[story].pk)
        event = AuditEvent.objects.about(copy.article).first()
        return (event.kind, event.actor_id, copy.stage, _readers_see(copy)) == (kind, user.pk, stage, readers)

    return Way(
        page=f"{STORIES}{{{story}.pk}}/{screen}/",
        form="workingcopy_form" if screen == "change" else "compare_form",
        typed=typed,
        button=("_step", f"{name}:{{{story}.pk}}:{{{story}.latest_revision_id}}"),
        then=has_come,
    )


def _readers_see(copy):
    if not copy.article.is_live():
        return "nothing"
    return (
        "this text" if copy.article.live_revision.content_hash == copy.latest_revision.content_hash else "another text"
    )


def writing(**more):
    return Way(**{"page": DRAFT + "change/", "form": "workingcopy_form", **more})


def bulk(action, story, asked=None, then=""):
    selected = {"_selected_action": f"{{{story}.pk}}", "select_across": "0"}
    return Way(STORIES, "changelist-form", typed=selected, select=action, asked=asked, then=then)


def queue(comment, to, *button, view="", typed=None, begun=None, then=""):
    """A button of the queue, which posts the page with a comment open in it to the address of its action."""
    page = f"{QUEUE}?c={{{comment}.pk}}&view={view or f'{{{comment}.status}}'}"
    to, typed = QUEUE + to.format(f"{{{comment}.pk}}"), typed or {}
    return Way(page, "changelist-form", to=to, typed=typed, button=button, action=True, begun=begun, then=then)


def switched(value, **typed):
    """A button of the form at the top of the queue."""
    return Way(
        QUEUE,
        "changelist-form",
        to=QUEUE + "switch/",
        typed=typed,
        button=("switch", value),
        then="comment_settings.changed",
    )


def of_person(sent, then):
    """On the page of what is kept of a person; they are named by a comment of theirs."""
    return Way(PERSON, "find_form", typed={"person": "comment:{pending_comment.pk}"} | sent, then=then)


VERBS = {
    "approve": "approved",
    "reject": "rejected",
    "spam": "marked_spam",
    "trash": "trashed",
    "wait": "reset_to_pending",
}


def decision(word, comment="pending_comment", **more):
    kind = f"comment.{VERBS[word.partition('.')[0]]}"
    return queue(comment, "{}/decide/", "decision", word, **{"then": kind, **more})


def several(word, selected="_selected_action", which="{pending_comment.pk}:pending"):
    typed, then = {selected: which}, f"comments.{VERBS[word.partition('.')[0]]}"
    return queue("pending_comment", "bulk/decide/", "decision", word, typed=typed, then=then)


def on_story(step, then):
    """The conversation under a story, from the story's own form; moderators have no such page, and may all the same."""
    to = f"{QUEUE}story/{{live.pk}}/{step}/"
    return Way(f"{STORIES}{{live.pk}}/change/", "comments-on-story", to=to, then=then)


def job(action, state):
    def is_so(newsroom, user, response):
        newsroom["job"].refresh_from_db()
        return newsroom["job"].state == state

    typed = {"_selected_action": "{job.pk}", "select_across": "0"}
    return Way("/admin/portal/job/", "changelist-form", typed=typed, select=action, then=is_so)


def is_there(Model, **fields):
    return lambda newsroom, user, response: Model.objects.filter(**fields).exists()


def is_kept(newsroom, user, response):
    return response.json()["state"] == "kept" and Autosave.objects.filter(person=user, client_time=7).exists()


def is_thrown_away(newsroom, user, response):
    return not Autosave.objects.filter(session_id=newsroom["sheet"]).exists()


def left_text_here(newsroom, user):
    Autosave.objects.create(
        person=user, story=newsroom["draft"], session_id=newsroom["sheet"], fields="[]", client_time=1
    )


def left_a_new_story(newsroom, user):
    Autosave.objects.create(person=user, session_id=newsroom["sheet"], fields="[]", client_time=1)


def approved_it(newsroom, user):
    decisions.approve(newsroom.again("pending_comment"), by=user)


def another_approved_it(newsroom, user):
    approved_it(newsroom, newsroom["keeper"])


def held_the_person(newsroom, user):
    sender_rules.decide(emails.hashes_of(newsroom["pending_comment"]), "hold", by=newsroom["keeper"])


def marked_many(newsroom, user):
    waiting = Comment.objects.waiting().filter(article=newsroom["live"].pk)
    newsroom["batch"] = decide_all(waiting, decisions.Decision.SPAM, by=user)


def another_marked_many(newsroom, user):
    marked_many(newsroom, newsroom["keeper"])


def is_gone(newsroom, user, response):
    """What the receipt led to; the one beside it waits because its sender asked for mail."""
    waiting = Comment.objects.waiting().filter(article=newsroom["live"].pk)
    return not waiting.filter(commenter_email__subscription=None).exists()


def looks_at_it(newsroom, user, response):
    return newsroom.again("pending_comment").claimed_by == user


def has(**fields):
    """The person themselves is as they wished."""

    def is_so(newsroom, user, response):
        user.refresh_from_db()
        return all(getattr(user, name) == value for name, value in fields.items())

    return is_so


def has_password(name):
    def is_so(newsroom, user, response):
        whose = newsroom[name] if name else user
        whose.refresh_from_db()
        return whose.check_password(NEW_PASSWORD)

    return is_so


TYPED = {"headline": "Typed by whoever is at it"}
SHEET = {"sheet": "11111111-1111-4111-8111-111111111111", "fields": [["headline", "Typed"]], "stamp": 7}
TWICE = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}
ONES_OWN = {"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
OWN = "/news/live/comments/"
GROUPS = "/admin/auth/group/"
NAMES = "/admin/news/"

WAYS = {
    "begin a story": Way(STORIES + "add/", "workingcopy_form", typed=TYPED, button=("_save", ""), then="article.saved"),
    "save a story": writing(typed=TYPED, button=("_save", ""), then="article.saved"),
    "make a tag while writing": writing(typed={"tags-add": "Brand new"}, then=is_there(Tag, name="Brand new")),
    "bring a version back": Way(
        DRAFT + "compare/", "compare_form", button=("_bring_back", "{draft.pk}:{first.pk}"), then="article.saved"
    ),
    "preview what is typed": writing(
        typed=TYPED, to=DRAFT + "preview/", then=lambda n, u, response: TYPED["headline"] in response.content.decode()
    ),
    "check what is typed": writing(
        typed={"headline": ""}, to=DRAFT + "checks/", then=lambda n, u, response: b"id_headline" in response.content
    ),
    "keep unsaved text": writing(to=DRAFT + "autosave/", says=SHEET, then=is_kept),
    "keep a new story's text": Way(STORIES + "add/", to=STORIES + "add/autosave/", says=SHEET, then=is_kept),
    "throw unsaved text away": writing(
        to=DRAFT + "discard/", button=("sheet", "{sheet}"), begun=left_text_here, then=is_thrown_away
    ),
    "throw a new story's text away": Way(
        STORIES + "add/",
        to=STORIES + "add/discard/",
        button=("sheet", "{sheet}"),
        begun=left_a_new_story,
        then=is_thrown_away,
    ),
    "throw another's text away": writing(to=DRAFT + "discard/", button=("sheet", "{left.session_id}"), refused_as=INFO),
    "say that one is here": writing(
        to=DRAFT + "presence/", says={}, then=lambda n, user, r: Presence.objects.filter(person=user).exists()
    ),
    "share a preview": writing(
        typed={"share-what": "newest", "share-days": "7"}, button=("_share", ""), then="preview_link.created"
    ),
    "revoke a preview": writing(button=("_unshare", "{open.pk}"), then="preview_link.revoked"),
    # several stories
    "publish several": bulk("publish_selected", "approved", then="article.published"),
    "move several": bulk("move_selected", "draft", {"section": "{other_section.pk}"}, then="article.saved"),
    "assign several": bulk("assign_selected", "draft", {"to": "{writer.pk}"}, then="article.assigned"),
    "withdraw several": bulk("withdraw_selected", "live", {"reason": "Wrong"}, then="article.withdrawn"),
    "approve several": bulk("approve_selected", "in_review"),
    # names
    "add a section": Way(
        NAMES + "section/add/",
        "section_form",
        typed={"name": "Ports", "slug": "ports", "position": "9"},
        button=("_save", ""),
        then=is_there(Section, name="Ports"),
    ),
    "rename a section": Way(
        NAMES + "section/{trade.pk}/change/",
        "section_form",
        typed={"name": "Trade and more"},
        button=("_save", ""),
        then=is_there(Section, name="Trade and more", slug="trade"),
    ),
    "add an author": Way(
        NAMES + "author/add/",
        "author_form",
        typed={"name": "Jan Kowalski", "slug": "jan-kowalski"},
        button=("_save", ""),
        then=is_there(Author, name="Jan Kowalski"),
    ),
    "rename an author": Way(
        NAMES + "author/{author.pk}/change/",
        "author_form",
        typed={"name": "Anna Nowak-Lis"},
        button=("_save", ""),
        then=is_there(Author, name="Anna Nowak-Lis", slug="anna-nowak"),
    ),
    "add a tag": Way(
        NAMES + "tag/add/", "tag_form", typed={"name": "IMO"}, button=("_save", ""), then=is_there(Tag, name="IMO")
    ),
    "rename a tag": Way(
        NAMES + "tag/{tag.pk}/change/",
        "tag_form",
        typed={"name": "World Customs Organization"},
        button=("_save", ""),
        then=is_there(Tag, name="World Customs Organization", slug="wco"),
    ),
    # comments
    "send a comment": Way(
        "/news/live/",
        "commentform",
        to="/news/live/comments/",
        typed={"name": "Ola", "email": "ola@example.org", "body": "Is it so?"},
        then=is_there(Comment, body="Is it so?", status="pending"),
    ),
    "report a comment": Way(
        "/news/live/comments/report/{approved_comment.pk}/",
        "reportform",
        typed={"reason": "abusive"},
        then=is_there(Report, comment__body__startswith="Words", reason="abusive"),
    ),
    "change one's own while it waits": Way(
        OWN + "change/{receipt}/",
        "changeform",
        typed={"body": "Other words of mine."},
        then=is_there(Comment, body="Other words of mine.", status="pending"),
    ),
    "take one's own back": Way(
        OWN + "take-back/{receipt}/",
        "takebackform",
        then=lambda n, user, r: not Comment.objects.filter(pk=n.made["pending_comment"].pk).exists(),
    ),
    "confirm mail about answers": Way("/mail/confirm/{confirm_key}/", "mailform", then=is_there(EmailPreference)),
    "end mail about a conversation": Way(
        "/mail/stop/{stop_key}/",
        "mailform",
        button=("end", "one"),
        then=is_there(Subscription, ended_at__isnull=False),
    ),
    "approve a comment": decision("approve"),
    "reject a comment": decision("reject.abusive"),
    "mark a comment as spam": decision("spam"),
    "put a comment into the trash": decision("trash"),
    "let a comment wait again": decision("wait", "approved_comment"),
    "undo one's own decision": queue(
        "pending_comment", "{}/undo/", "status", "approved", begun=approved_it, then="comment.decision_undone"
    ),
    "undo another's decision": queue("pending_comment", "{}/undo/", "status", "approved", begun=another_approved_it),
    "keep what was reported": decision("approve", "reported_comment", view="reported", then="comment.kept"),
    "edit a comment": queue("pending_comment", "{}/edit/", typed={"words": "Milder words."}, then="comment.edited"),
    "answer a comment": queue("approved_comment", "{}/answer/", typed={"answer": "We asked."}, then="comment.answered"),
    "say that one looks at a comment": Way(
        QUEUE, to=QUEUE + "{pending_comment.pk}/claim/", typed={"seen": "pending"}, then=looks_at_it
    ),
    "approve several comments": several("approve"),
    "reject several comments": several("reject.abusive"),
    "mark several as spam": several("spam"),
    "put several into the trash": several("trash"),
    "decide all that are found": several("spam", "all", "{all_waiting}"),
    "undo one's own many": queue(
        "pending_comment", "bulk/{{batch.pk}}/undo/", begun=marked_many, then="comments.decision_undone"
    ),
    "undo another's many": queue("pending_comment", "bulk/{{batch.pk}}/undo/", begun=another_marked_many),
    "look at a reporter's address": queue(
        "reported_comment", "report/{{report.pk}}/address/", view="reported", then="email.viewed"
    ),
    "look at an address": queue("pending_comment", "{}/address/", then="email.viewed"),
    "hold all of a person": queue("pending_comment", "{}/sender-rule/", "kind", "hold", then="sender_rule.set"),
    "put all of a person into spam": queue(
        "pending_comment", "{}/sender-rule/", "kind", "spam", then="sender_rule.set"
    ),
    "lift what is held of a person": queue(
        "pending_comment", "{}/sender-rule/lift/", begun=held_the_person, then="sender_rule.lifted"
    ),
    "look at all of a person": Way(
        f"{QUEUE}?c={{pending_comment.pk}}",
        "changelist-form",
        to=PERSON,
        button=("of", "comment:{pending_comment.pk}"),
        then="data_subject.searched",
    ),
    "find a person by an address": Way(
        PERSON, "find_form", typed={"address": "ewa@example.org"}, then="data_subject.searched"
    ),
    "export all of a person": of_person({"export": "1"}, then="data_subject.exported"),
    "erase a person's name": of_person({"erase": "name", "seen": "{erasing_name}"}, then="data_subject.erased"),
    "erase a person's words": of_person({"erase": "words", "seen": "{erasing_words}"}, then="data_subject.erased"),
    "close a thread": queue("pending_comment", "{}/close-thread/", then="thread.closed"),
    "open a thread": queue("under_closed", "{}/reopen-thread/", then="thread.reopened"),
    "close comments from the story": on_story("close", "thread.closed"),
    "keep comments open whatever": on_story("exempt", "thread.exempted"),
    "stop taking comments": switched("stop"),
    "put a notice above the forms": switched("announce", banner="We read them at nine."),
    "change the rules for comments": Way(
        RULES, "rules_form", typed={"max_links": "5"}, button=("save", "1"), then="comment_settings.changed"
    ),
    # jobs and people
    "try a job again": job("try_again", "waiting"),
    "set a job aside": job("set_aside", "set aside"),
    "choose one's language": Way(
        "/admin/preferences/",
        typed={"admin_language": "pl", "time_zone": "Asia/Tokyo"},
        then=has(admin_language="pl", time_zone="Asia/Tokyo"),
    ),
    "choose one's own password": Way("/admin/password_change/", typed=ONES_OWN, then=has_password("")),
    "log out": Way("/admin/", "logout-form", to="/admin/logout/", then=lambda n, u, r: "sessionid" in r.cookies),
    "add a person": Way(
        "/admin/portal/user/add/",
        "user_form",
        typed={"username": "ola", **TWICE},
        button=("_save", ""),
        then=is_there(User, username="ola"),
    ),
    "change a person": Way(
        "/admin/portal/user/{writer.pk}/change/",
        "user_form",
        typed={"first_name": "Olga"},
        button=("_save", ""),
        then=is_there(User, username="writer", first_name="Olga"),
    ),
    "set another's password": Way("/admin/portal/user/{writer.pk}/password/", typed=TWICE, then=has_password("writer")),
    "add a role": Way(
        GROUPS + "add/",
        "group_form",
        typed={"name": "Photographers"},
        button=("_save", ""),
        then=is_there(Group, name="Photographers"),
    ),
    "change a role": Way(
        GROUPS + "{group.pk}/change/",
        "group_form",
        typed={"name": "Readers of proofs"},
        button=("_save", ""),
        then=is_there(Group, name="Readers of proofs"),
    ),
    "delete a role": Way(
        GROUPS + "{group.pk}/delete/", then=lambda n, u, r: not Group.objects.filter(pk=n["group"].pk).exists()
    ),
    "delete several roles": Way(
        GROUPS,
        "changelist-form",
        typed={"_selected_action": "{group.pk}", "select_across": "0"},
        select="delete_selected",
        asked={},
        then=lambda n, u, r: not Group.objects.filter(pk=n["group"].pk).exists(),
    ),
}
