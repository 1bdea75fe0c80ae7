"""What moderation, screening and retention record about comments, their senders and their settings."""

from django.utils.translation import gettext_lazy as _

from comments.models import BulkDecision, Comment, CommentSettings, Report, SenderRule, Thread
from portal.audit import kinds

kinds.register_subjects(
    {
        "comment": Comment,
        "bulk_decision": BulkDecision,
        "thread": Thread,
        "report": Report,
        "sender_rule": SenderRule,
        "comment_settings": CommentSettings,
    }
)

# Whole sentences; Polish has them without gendered past forms, and numbers at the end need no plural.
kinds.register(
    "comment",
    sentences={
        "comment.approved": _("{who} approved the comment"),
        "comment.auto_approved": _("The rules showed the comment to readers at once"),
        "comment.rejected": _("{who} rejected the comment"),
        "comment.marked_spam": _("{who} marked the comment as spam"),
        "comment.trashed": _("{who} put the comment into the trash"),
        "comment.reset_to_pending": _("{who} let the comment wait again"),
        "comment.kept": _("{who} kept the comment, which had been reported"),
        "comment.decision_undone": _("{who} undid their decision on the comment"),
        "comment.reports_reopened": _("{who} reopened the reports of the comment"),
        "comment.edited": _("{who} edited the comment"),
        "comment.rewritten": _("Its writer changed the comment"),
        "comment.retracted": _("Its writer took the comment back"),
        "comment.answered": _("{who} answered a reader as the newsroom"),
    },
)
kinds.register(
    "bulk_decision",
    sentences={
        "comments.approved": _("{who} approved several comments: {count}"),
        "comments.rejected": _("{who} rejected several comments: {count}"),
        "comments.marked_spam": _("{who} marked several comments as spam: {count}"),
        "comments.trashed": _("{who} put several comments into the trash: {count}"),
        "comments.reset_to_pending": _("{who} let several comments wait again: {count}"),
        "comments.decision_undone": _("{who} undid their decision on several comments: {count}"),
    },
)
kinds.register(
    "thread",
    sentences={
        "thread.closed": _("{who} closed comments on the story"),
        "thread.reopened": _("{who} reopened comments on the story"),
        "thread.exempted": _("{who} let comments on the story stay open whatever its age"),
        "thread.exemption_ended": _("{who} let comments on the story close with age again"),
    },
)
kinds.register(
    "sender_rule",
    sentences={
        "sender_rule.set": _("{who} decided what becomes of everything one person sends"),
        "sender_rule.lifted": _("{who} lifted what was decided about one person"),
    },
)
kinds.register("comment", "report", sentences={"email.viewed": _("{who} looked at the email address")})
kinds.register(
    *("site", "comment", "report", "sender_rule"),
    sentences={"data_subject.searched": _("{who} looked up what is kept of a person")},
)
kinds.register(
    "site",
    sentences={
        "data_subject.exported": _("{who} exported what is kept of a person"),
        "data_subject.erased": _("{who} erased what was kept of a person"),
        "comments.purged": _("Old comments were deleted from spam or trash: {count}"),
        "emails.purged": _("Old email addresses were deleted: {count}"),
    },
)
kinds.register("comment_settings", sentences={"comment_settings.changed": _("{who} changed the rules for comments")})
