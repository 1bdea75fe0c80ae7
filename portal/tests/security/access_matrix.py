"""Who gets what: every address of the site and everything that can be done there, by role.

Written by hand, to be read at a glance; `test_access.py` proves every cell. The columns are people:

    n  nobody: not logged in                  E  an editor
    d  deactivated since they logged in       C  a chief editor
    s  of the staff, but without a role       M  a moderator
    R  a reporter                             A  the admin
"""

import re

PEOPLE = {
    "n": "nobody",
    "d": "deactivated",
    "s": "staff",
    "R": "reporter",
    "E": "editor",
    "C": "chief",
    "M": "moderator",
    "A": "admin",
}

# Addresses as the resolver has them, without converters; `<slug=live>` names the one that is asked for.
# POST sends the form that the admin gets there, as it stands, with each one's own token. Only * writes anything.
#
#     +  the page            *  done: something was written        -  refused (403)
#     l  asked to log in     >  sent elsewhere, nothing written    x  no such method here (405)
#     g  gone (410)          ?  not found (404)                    !  told what is wrong (400, 422, 503)
SCREENS = """
readers                                               GET              POST
                                                      n d s R E C M A  n d s R E C M A
/                                                     + + + + + + + +  x x x x x x x x
/sections/<slug=trade>/                               + + + + + + + +  x x x x x x x x
/tags/<slug=wco>/                                     + + + + + + + +  x x x x x x x x
/news/<slug=live>/                                    + + + + + + + +  x x x x x x x x
/news/<slug=withdrawn>/                               g g g g g g g g  x x x x x x x x
/news/<slug=scheduled>/                               ? ? ? ? ? ? ? ?  x x x x x x x x
/news/<slug=draft>/                                   ? ? ? ? ? ? ? ?  x x x x x x x x
/news/<slug=live>/comments/                           > > > > > > > >  ! ! ! ! ! ! ! !
/news/<slug=withdrawn>/comments/                      g g g g g g g g  g g g g g g g g
/news/<slug=draft>/comments/                          ? ? ? ? ? ? ? ?  ? ? ? ? ? ? ? ?
/preview/<key=open>/                                  + + + + + + + +  x x x x x x x x
/preview/<key=revoked>/                               g g g g g g g g  x x x x x x x x
/preview/<key=made-up>/                               ? ? ? ? ? ? ? ?  x x x x x x x x

conversations                                               GET              POST
                                                            n d s R E C M A  n d s R E C M A
/news/<slug=live>/comments/<pk=approved_comment>/           > > > > > > > >  x x x x x x x x
/news/<slug=live>/comments/<pk=pending_comment>/            ? ? ? ? ? ? ? ?  x x x x x x x x
/news/<slug=live>/comments/page/<number=1>/                 > > > > > > > >  x x x x x x x x
/news/<slug=live>/comments/page/<number=2>/                 ? ? ? ? ? ? ? ?  x x x x x x x x
/news/<slug=live>/comments/reply/<pk=approved_comment>/     + + + + + + + +  x x x x x x x x
/news/<slug=live>/comments/reply/<pk=pending_comment>/      ? ? ? ? ? ? ? ?  x x x x x x x x
/news/<slug=live>/comments/report/<pk=approved_comment>/    + + + + + + + +  ! ! ! ! ! ! ! !
/news/<slug=live>/comments/report/<pk=pending_comment>/     ? ? ? ? ? ? ? ?  ? ? ? ? ? ? ? ?
/news/<slug=live>/comments/reported/<pk=approved_comment>/  + + + + + + + +  x x x x x x x x
/news/<slug=live>/comments/change/<receipt=held>/           + + + + + + + +  > > > > > > > >
/news/<slug=live>/comments/change/<receipt=made-up>/        ? ? ? ? ? ? ? ?  ? ? ? ? ? ? ? ?
/news/<slug=live>/comments/take-back/<receipt=held>/        + + + + + + + +  * * * * * * * *
/news/<slug=live>/comments/take-back/<receipt=made-up>/     ? ? ? ? ? ? ? ?  ? ? ? ? ? ? ? ?
/news/<slug=live>/comments/taken-back/                      + + + + + + + +  x x x x x x x x
/mail/confirm/<key=made-up>/                                ? ? ? ? ? ? ? ?  ? ? ? ? ? ? ? ?
/mail/stop/<key=made-up>/                                   ? ? ? ? ? ? ? ?  ? ? ? ? ? ? ? ?
/news/<slug=live>/comments/feed/                            + + + + + + + +  x x x x x x x x
/news/<slug=withdrawn>/comments/feed/                       g g g g g g g g  x x x x x x x x
/comments/feed/                                             + + + + + + + +  x x x x x x x x
/privacy/                                                   + + + + + + + +  x x x x x x x x

machines (a dead job is in the queue)                 GET              POST
                                                      n d s R E C M A  n d s R E C M A
/health/live                                          + + + + + + + +  + + + + + + + +
/health/ready                                         + + + + + + + +  + + + + + + + +
/health/jobs                                          ! ! ! ! ! ! ! !  ! ! ! ! ! ! ! !

everybody of the newsroom                             GET              POST
                                                      n d s R E C M A  n d s R E C M A
/admin/                                               l l + + + + + +  l l + + + + + +
/admin/all/                                           l l + + + + + +  l l + + + + + +
/admin/login/                                         + + > > > > > >  + + + + + + + +
/admin/logout/                                        > > x x x x x x  > > + + + + + +
/admin/preferences/                                   l l + + + + + +  l l > > > > > >
/admin/password_change/                               l l + + + + + +  l l + + + + + +
/admin/password_change/done/                          l l + + + + + +  l l x x x x x x
/admin/jsi18n/                                        l l + + + + + +  l l x x x x x x
/admin/autocomplete/                                  l l - - - - - -  l l x x x x x x
/admin/r/<content_type_id>/<object_id>/               l l > > > > > >  l l > > > > > >
/admin/<url>                                          l l ? ? ? ? ? ?  l l ? ? ? ? ? ?

the lists of an app                                   GET              POST
                                                      n d s R E C M A  n d s R E C M A
/admin/<app_label=news>/                              l l ? + + + ? +  l l ? + + + ? +
/admin/<app_label=comments>/                          l l ? ? ? + + +  l l ? ? ? + + +
/admin/<app_label=portal>/                            l l ? ? ? + ? +  l l ? ? ? + ? +
/admin/<app_label=auth>/                              l l ? ? ? ? ? +  l l ? ? ? ? ? +

stories                                               GET              POST
                                                      n d s R E C M A  n d s R E C M A
/admin/news/workingcopy/                              l l - + + + - +  l l - + + + - +
/admin/news/workingcopy/add/                          l l - + + + - +  l l - * * * - *
/admin/news/workingcopy/add/checks/                   l l x x x x x x  l l - + + + - +
/admin/news/workingcopy/add/autosave/                 l l x x x x x x  l l - ! ! ! - !
/admin/news/workingcopy/add/discard/                  l l x x x x x x  l l - > > > - >
/admin/news/workingcopy/<object_id>/                  l l > > > > > >  l l > > > > > >
/admin/news/workingcopy/<object_id>/change/           l l - + + + - +  l l - * * * - *
/admin/news/workingcopy/<object_id>/history/          l l ? ? ? ? ? ?  l l ? ? ? ? ? ?
/admin/news/workingcopy/<object_id>/delete/           l l - - - - - -  l l - - - - - -
/admin/news/workingcopy/<pk>/compare/                 l l - + + + - +  l l - > > > - >
/admin/news/workingcopy/<pk>/preview/                 l l - + + + - +  l l - + + + - +
/admin/news/workingcopy/<pk>/checks/                  l l x x x x x x  l l - + + + - +
/admin/news/workingcopy/<pk>/autosave/                l l x x x x x x  l l - ! ! ! - !
/admin/news/workingcopy/<pk>/presence/                l l x x x x x x  l l - ! ! ! - !
/admin/news/workingcopy/<pk>/discard/                 l l x x x x x x  l l - > > > - >
/admin/news/workingcopy/look-up/tags/                 l l - + + + - +  l l - + + + - +
/admin/news/workingcopy/look-up/authors/              l l - + + + - +  l l - + + + - +
/admin/news/workingcopy/look-up/stories/              l l - + + + - +  l l - + + + - +

names on pages                                        GET              POST
                                                      n d s R E C M A  n d s R E C M A
/admin/news/section/                                  l l - + + + - +  l l - + + + - +
/admin/news/section/add/                              l l - - - + - +  l l - - - + - +
/admin/news/section/<object_id>/                      l l > > > > > >  l l > > > > > >
/admin/news/section/<object_id>/change/               l l - + + + - +  l l - - - > - >
/admin/news/section/<object_id>/history/              l l ? ? ? ? ? ?  l l ? ? ? ? ? ?
/admin/news/section/<object_id>/delete/               l l - - - - - -  l l - - - - - -
/admin/news/author/                                   l l - + + + - +  l l - + + + - +
/admin/news/author/add/                               l l - - + + - +  l l - - + + - +
/admin/news/author/<object_id>/                       l l > > > > > >  l l > > > > > >
/admin/news/author/<object_id>/change/                l l - + + + - +  l l - - > > - >
/admin/news/author/<object_id>/history/               l l ? ? ? ? ? ?  l l ? ? ? ? ? ?
/admin/news/author/<object_id>/delete/                l l - - - - - -  l l - - - - - -
/admin/news/tag/                                      l l - + + + - +  l l - + + + - +
/admin/news/tag/add/                                  l l - + + + - +  l l - + + + - +
/admin/news/tag/<object_id>/                          l l > > > > > >  l l > > > > > >
/admin/news/tag/<object_id>/change/                   l l - + + + - +  l l - - > > - >
/admin/news/tag/<object_id>/history/                  l l ? ? ? ? ? ?  l l ? ? ? ? ? ?
/admin/news/tag/<object_id>/delete/                   l l - - - - - -  l l - - - - - -

comments                                              GET              POST
                                                      n d s R E C M A  n d s R E C M A
/admin/comments/comment/                              l l - - - + + +  l l - - - > > >
/admin/comments/comment/add/                          l l - - - - - -  l l - - - - - -
/admin/comments/comment/<object_id>/                  l l > > > > > >  l l > > > > > >
/admin/comments/comment/<object_id>/change/           l l > > > > > >  l l > > > > > >
/admin/comments/comment/<object_id>/history/          l l ? ? ? ? ? ?  l l ? ? ? ? ? ?
/admin/comments/comment/<object_id>/delete/           l l - - - - - -  l l - - - - - -
/admin/comments/comment/<comment_id>/decide/          l l > > > > > >  l l - - - > > >
/admin/comments/comment/<comment_id>/undo/            l l > > > > > >  l l - - - > > >
/admin/comments/comment/<comment_id>/edit/            l l > > > > > >  l l - - - > > >
/admin/comments/comment/<comment_id>/answer/          l l > > > > > >  l l - - - > > >
/admin/comments/comment/<comment_id>/address/         l l > > > > > >  l l - - - + * *
/admin/comments/comment/<comment_id>/sender-rule/     l l > > > > > >  l l - - - > > >
/admin/comments/comment/<comment_id>/sender-rule/lift/  l l > > > > > >  l l - - - > > >
/admin/comments/comment/<comment_id>/close-thread/    l l > > > > > >  l l - - - * * *
/admin/comments/comment/<comment_id>/reopen-thread/   l l > > > > > >  l l - - - > > >
/admin/comments/comment/<comment_id>/claim/           l l x x x x x x  l l - - - + + +
/admin/comments/comment/bulk/decide/                  l l > > > > > >  l l - - - > > >
/admin/comments/comment/bulk/<batch_id>/undo/         l l > > > > > >  l l - - - > > >
/admin/comments/comment/report/<report_id=report>/address/  l l > > > > > >  l l - - - + * *
/admin/comments/comment/switch/                       l l > > > > > >  l l - - - ! ! !
/admin/comments/comment/person/                       l l - - - - + +  l l - - - - ! !
/admin/comments/comment/story/<article_id>/close/     l l x x x x x x  l l > > > * * *
/admin/comments/comment/story/<article_id>/reopen/    l l x x x x x x  l l > > > > > >
/admin/comments/comment/story/<article_id>/exempt/    l l x x x x x x  l l > > > * * *
/admin/comments/comment/story/<article_id>/end-exemption/  l l x x x x x x  l l > > > > > >
/admin/comments/commentsettings/                      l l - - - + + +  l l - - - * * *
/admin/comments/commentsettings/add/                  l l - - - - - -  l l - - - - - -
/admin/comments/commentsettings/<object_id>/          l l > > > > > >  l l > > > > > >
/admin/comments/commentsettings/<object_id>/change/   l l > > > > > >  l l > > > > > >
/admin/comments/commentsettings/<object_id>/history/  l l ? ? ? ? ? ?  l l ? ? ? ? ? ?
/admin/comments/commentsettings/<object_id>/delete/   l l - - - - - -  l l - - - - - -

jobs and people                                       GET              POST
                                                      n d s R E C M A  n d s R E C M A
/admin/portal/job/                                    l l - - - + - +  l l - - - + - +
/admin/portal/job/add/                                l l - - - - - -  l l - - - - - -
/admin/portal/job/<object_id>/                        l l > > > > > >  l l > > > > > >
/admin/portal/job/<object_id>/change/                 l l - - - + - +  l l - - - - - -
/admin/portal/job/<object_id>/history/                l l ? ? ? ? ? ?  l l ? ? ? ? ? ?
/admin/portal/job/<object_id>/delete/                 l l - - - - - -  l l - - - - - -
/admin/portal/user/                                   l l - - - - - +  l l - - - - - +
/admin/portal/user/add/                               l l - - - - - +  l l - - - - - +
/admin/portal/user/<id>/password/                     l l - - - - - +  l l - - - - - +
/admin/portal/user/<object_id>/                       l l > > > > > >  l l > > > > > >
/admin/portal/user/<object_id>/change/                l l - - - - - +  l l - - - - - >
/admin/portal/user/<object_id>/history/               l l ? ? ? ? ? ?  l l ? ? ? ? ? ?
/admin/portal/user/<object_id>/delete/                l l - - - - - -  l l - - - - - -
/admin/auth/group/                                    l l - - - - - +  l l - - - - - +
/admin/auth/group/add/                                l l - - - - - +  l l - - - - - +
/admin/auth/group/<object_id>/                        l l > > > > > >  l l > > > > > >
/admin/auth/group/<object_id>/change/                 l l - - - - - +  l l - - - - - >
/admin/auth/group/<object_id>/history/                l l ? ? ? ? ? ?  l l ? ? ? ? ? ?
/admin/auth/group/<object_id>/delete/                 l l - - - - - +  l l - - - - - *
"""

# What can be done, and who may: + or -.
ACTIONS = """
steps of the workflow             n d s R E C M A
submit                            - - - + + + - +
return                            - - - - + + - +
approve                           - - - - + + - +
approve_and_publish               - - - - - + - +
publish                           - - - - - + - +
schedule                          - - - - - + - +
unschedule                        - - - - - + - +
fix_typo                          - - - - + + - +
publish_alone                     - - - - - + - +
review_published                  - - - - + + - +
publish_unread                    - - - - - - - -
withdraw                          - - - - - + - +
restore                           - - - - - + - +
discard                           - - - + + + - +
reopen                            - - - + + + - +
assign                            - - - - + + - +
expire                            - - - - - + - +
clear_expiry                      - - - - - + - +

writing                           n d s R E C M A
begin a story                     - - - + + + - +
save a story                      - - - + + + - +
make a tag while writing          - - - + + + - +
bring a version back              - - - + + + - +
preview what is typed             - - - + + + - +
check what is typed               - - - + + + - +
keep unsaved text                 - - - + + + - +
keep a new story's text           - - - + + + - +
throw unsaved text away           - - - + + + - +
throw a new story's text away     - - - + + + - +
throw another's text away         - - - - - - - -
say that one is here              - - - + + + - +
share a preview                   - - - + + + - +
revoke a preview                  - - - + + + - +

several stories at once           n d s R E C M A
publish several                   - - - - - + - +
move several                      - - - + + + - +
assign several                    - - - - + + - +
withdraw several                  - - - - - + - +
approve several                   - - - - - - - -

names on pages                    n d s R E C M A
add a section                     - - - - - + - +
rename a section                  - - - - - + - +
add an author                     - - - - + + - +
rename an author                  - - - - + + - +
add a tag                         - - - + + + - +
rename a tag                      - - - - + + - +

comments                          n d s R E C M A
send a comment                    + + + + + + + +
report a comment                  + + + + + + + +
change one's own while it waits   + + + + + + + +
take one's own back               + + + + + + + +
confirm mail about answers        + + + + + + + +
end mail about a conversation     + + + + + + + +
approve a comment                 - - - - - + + +
reject a comment                  - - - - - + + +
mark a comment as spam            - - - - - + + +
put a comment into the trash      - - - - - + + +
let a comment wait again          - - - - - + + +
undo one's own decision           - - - - - + + +
undo another's decision           - - - - - - - -
keep what was reported            - - - - - + + +
edit a comment                    - - - - - + + +
answer a comment                  - - - - - + + +
say that one looks at a comment   - - - - - + + +
approve several comments          - - - - - + + +
reject several comments           - - - - - + + +
mark several as spam              - - - - - + + +
put several into the trash        - - - - - + + +
decide all that are found         - - - - - + + +
undo one's own many               - - - - - + + +
undo another's many               - - - - - - - -
look at an address                - - - - - - + +
look at a reporter's address      - - - - - - + +
hold all of a person              - - - - - + + +
put all of a person into spam     - - - - - + + +
lift what is held of a person     - - - - - + + +
look at all of a person           - - - - - - + +
find a person by an address       - - - - - - + +
export all of a person            - - - - - - + +
erase a person's name             - - - - - - + +
erase a person's words            - - - - - - + +
close a thread                    - - - - - + + +
open a thread                     - - - - - + + +
close comments from the story     - - - - - + + +
keep comments open whatever       - - - - - + + +
stop taking comments              - - - - - + + +
put a notice above the forms      - - - - - + + +
change the rules for comments     - - - - - + + +

jobs and people                   n d s R E C M A
try a job again                   - - - - - + - +
set a job aside                   - - - - - + - +
choose one's language             - - + + + + + +
choose one's own password         - - + + + + + +
log out                           - - + + + + + +
add a person                      - - - - - - - +
change a person                   - - - - - - - +
set another's password            - - - - - - - +
add a role                        - - - - - - - +
change a role                     - - - - - - - +
delete a role                     - - - - - - - +
delete several roles              - - - - - - - +
"""

# What the newsroom's lists offer: a(dd), c(hange), d(elete), v(iew).
LISTS = """
                     s     R     E     C     M     A
auth.Group           -     -     -     -     -     acdv
portal.Job           -     -     -     v     -     v
portal.User          -     -     -     -     -     acv
news.Section         -     v     v     acv   -     acv
news.Author          -     v     acv   acv   -     acv
news.Tag             -     av    acv   acv   -     acv
news.WorkingCopy     -     acv   acv   acv   -     acv
comments.Comment     -     -     -     v     v     v
comments.CommentSettings  -  -  -     cv    cv    cv
"""
NAVIGATION = {
    "staff": [],
    "reporter": ["/admin/news/workingcopy/", "/admin/news/tag/"],
    "editor": ["/admin/news/workingcopy/", "/admin/news/tag/"],
    "chief": ["/admin/news/workingcopy/", "/admin/comments/comment/", "/admin/news/tag/"],
    "moderator": ["/admin/comments/comment/"],
    "admin": ["/admin/news/workingcopy/", "/admin/comments/comment/", "/admin/news/tag/"],
}


def screens():
    """{address: {"GET": {person: cell}, "POST": {person: cell}}}"""
    table = {}
    for address, cells in _lines(SCREENS, begins="/"):
        assert address not in table and len(cells) == 2 * len(PEOPLE), f"{address}: this row cannot be read."
        table[address] = {
            "GET": dict(zip(PEOPLE.values(), cells[: len(PEOPLE)], strict=True)),
            "POST": dict(zip(PEOPLE.values(), cells[len(PEOPLE) :], strict=True)),
        }
    return table


def actions():
    """{action: {person: whether they may}}"""
    table = {}
    for action, cells in _lines(ACTIONS):
        if cells == list(PEOPLE):
            continue  # a heading
        assert action not in table and set(cells) <= {"+", "-"}, f"{action}: this row cannot be read."
        table[action] = {person: cell == "+" for person, cell in zip(PEOPLE.values(), cells, strict=True)}
    return table


def lists():
    """{person: {model: the letters of what is offered}}, without what is not offered at all."""
    table = {}
    heading, *lines = [line.split() for line in LISTS.strip().splitlines()]
    for model, *cells in lines:
        for letter, cell in zip(heading, cells, strict=True):
            table.setdefault(PEOPLE[letter], {}).update({} if cell == "-" else {model: cell})
    return table


def _lines(text, begins=""):
    """What a row is about and its cells, which stand apart from it by at least two blanks."""
    for line in filter(None, text.splitlines()):
        if line.startswith(begins) and not line.startswith(" "):
            about, cells = re.split(r" {2,}", line, maxsplit=1)
            yield about, cells.split()
