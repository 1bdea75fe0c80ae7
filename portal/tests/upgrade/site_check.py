"""Look at the newsroom of DATABASE_URL as its people do, and print what was found as JSON: for `test_upgrade`."""

import json

import django


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.test import Client

    from comments import emails
    from comments.models import Comment, CommenterEmail
    from news.models import Article, Revision, WorkingCopy
    from portal.models import AuditEvent, User

    reader, live = Client(headers={"host": "localhost"}), Article.objects.live()
    moderator = User.objects.get(username="moderator")
    chief = Client(headers={"host": "localhost"})
    chief.force_login(User.objects.get(username="chief"))
    others = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    pages = ["/", *(f"/{code}/" for code in others), *(article.get_absolute_url() for article in live)]
    pages += [article.section.get_absolute_url() for article in live]
    screens = ["/admin/", "/admin/news/workingcopy/", "/admin/comments/comment/"]
    screens += [f"/admin/news/workingcopy/{pk}/change/" for pk in WorkingCopy.objects.values_list("pk", flat=True)]
    copies = WorkingCopy.objects.select_related("latest_revision")
    report = {
        "pages": {page: reader.get(page).status_code for page in pages},
        "screens": {screen: chief.get(screen).status_code for screen in screens},
        "approvals_that_stand": [copy.pk for copy in copies if _is_unchanged(copy)],
        "working_copies": [copy.pk for copy in copies],
        "counts": {
            "articles": Article.objects.count(),
            "revisions": Revision.objects.count(),
            "comments": Comment.objects.count(),
            "events": AuditEvent.objects.count(),
        },
        "addresses": [
            "@" in emails.address_of(Comment.objects.get(pk=pk), by=moderator)
            for pk in CommenterEmail.objects.values_list("pk", flat=True)
        ],
    }
    print(json.dumps(report))


def _is_unchanged(copy) -> bool:
    """Whether saving the working copy untouched would make no new revision, so that an approval stands."""
    from news.content.revisions import content_of, snapshot

    return snapshot(copy) == content_of(copy.latest_revision)


if __name__ == "__main__":
    main()
