"""Known attacks in every field and every place it comes out, in a real browser with the policy off and on: none runs.

With the policy off it is escaping alone that is tried; with it on a page may not even run into it.
"""

import re
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from comments import tokens
from comments.models import Comment, CommentSettings
from comments.submission import submit
from comments.tests.factories import make_comment
from news.tests.factories import make_live_article, make_section, make_user
from portal.pagecache import counters
from portal.tests.browser.browser import go

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RUN = "window.__pwned=1"
CORPUS = [
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"</textarea><script>{RUN}</script>",
    f"</title></style><script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f'"><img src=x onerror={RUN}>',
    f"'><svg/onload={RUN}>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<svg><script>{RUN}</script></svg>",
    f"<math><mtext></p><style><img src=x onerror={RUN}>",
    f'<iframe srcdoc="<script>parent.{RUN}</script>">',
    f'<iframe src="javascript:parent.{RUN}">',
    f"<details open ontoggle={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f'" autofocus onfocus="{RUN}',
    f"' onmouseover='{RUN}",
    f"<body onload={RUN}>",
    f'<a href="javascript:{RUN}">press</a>',
    f'<form><button formaction="javascript:{RUN}">press',
    f'<base href="javascript:{RUN}//">',
    f'<meta http-equiv=refresh content="0;url=javascript:{RUN}">',
    f'<object data="javascript:{RUN}">',
    f"javascript:{RUN}",
    f"jAvAsCrIpT&colon;{RUN}",
    f"java\tscript:{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    f'https://x.example/"onmouseover="{RUN}',
    f"https://x.example/'><img src=x onerror={RUN}>",
    f"https://x.example/<img/src=x/onerror={RUN}>",
    f'www.x.example/"><script>{RUN}</script>',
    f"http://javascript:{RUN}@x.example/",
    f"&lt;script&gt;{RUN}&lt;/script&gt;",
    f"&#60;img src=x onerror={RUN}&#62;",
    f"\\u003cimg src=x onerror={RUN}\\u003e",
    f"%3Cimg src=x onerror={RUN}%3E",
    f"＜script＞{RUN}＜/script＞",
    f"+ADw-script+AD4-{RUN}+ADw-/script+AD4-",
    f"{{{{constructor.constructor('{RUN}')()}}}}",
    f"${{{RUN}}}",
    "{% debug %}{{ settings.SECRET_KEY }}",
    f"]]><script>{RUN}</script><![CDATA[",
    f"--><script>{RUN}</script><!--",
    f'<noscript><p title="</noscript><img src=x onerror={RUN}>">',
    f'<xmp><p title="</xmp><svg/onload={RUN}>">',
    f"\u202e<script>{RUN}</script>",
    f"<scr\u200bipt>{RUN}</script><img\u2028src=x onerror={RUN}>",
    f"a\n\n<script>\n{RUN}\n</script>\n\nb",
]
WEBSITES = [
    f'https://x.example/"onmouseover="{RUN}',
    f"javascript:{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    f"https://x.example/'><img src=x onerror={RUN}>",
]

IN_A_FEED = {"rss", "channel", "title", "link", "description", "language", "lastBuildDate"}
IN_A_FEED |= {"item", "creator", "pubDate", "guid"}


@pytest.fixture
def story():
    """Every attack as a name, as words, as a report, approved and waiting; as websites, past the form's check."""
    CommentSettings.objects.create(pk=1, banner=CORPUS[5], page_size=30)
    story, moderator = (
        make_live_article(headline="Attacked", section=make_section(name="Origin")),
        make_user("Moderators"),
    )
    for number, attack in enumerate(CORPUS):
        words = f"{attack}\n{attack} {number}"
        approved = make_comment(story, name=attack[:245], body=words, status="approved", by=moderator)
        make_comment(story, name=attack[:245], body=f"{attack} {number}", parent=approved)
        submit.report(approved, reason="other", text=attack)
    for number, row in enumerate(Comment.objects.order_by("pk")):
        Comment.objects.filter(pk=row.pk).update(website=WEBSITES[number % len(WEBSITES)])
    counters.bump(counters.SITE)
    return story


def places_of(story, address):
    path = address("en", f"/news/{story.slug}/")
    approved, held = Comment.objects.approved(), Comment.objects.waiting()
    yield from (path, f"{path}comments/page/2/", address("en", "/"), address("pl", f"/news/{story.slug}/"))
    for comment in approved[4:6]:
        yield from (f"{path}comments/{place}{comment.pk}/" for place in ("", "reply/", "report/", "reported/"))
    yield from (f"{path}?held={tokens.receipt(comment)}#received" for comment in held[:3])
    yield from (f"{path}comments/{act}/{tokens.receipt(held[0])}/" for act in ("change", "take-back"))
    yield f"{path}?held=%22%3E%3Cscript%3E{RUN}%3C/script%3E"


def inside(story):
    queue = reverse("admin:comments_comment_changelist")
    yield from (reverse("admin:index"), f"{queue}?view=approved", f"{queue}?q=%3Cscript%3E{RUN}%3C/script%3E")
    yield from (f"{queue}?view=reported", reverse("admin:comments_commentsettings_changelist"))
    yield from (f"{queue}?c={comment.pk}" for comment in Comment.objects.waiting()[:4])


def assert_nothing_runs(page, places):
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for place in places:
        page.goto(place)
        page.evaluate(
            "for (const e of document.querySelectorAll('main a, article')) e.dispatchEvent(new Event('mouseover'))"
        )
        assert page.evaluate("window.__pwned") is None, place
        assert page.locator(".thread :is(script, img, svg, iframe, object, style, form, input)").count() == 0, place
        scripts = page.evaluate("[...document.querySelectorAll('a')].map((a) => a.protocol)")
        assert not {"javascript:", "data:", "vbscript:"} & set(scripts), place
    assert dialogs == []


@pytest.mark.parametrize("bypass_csp", [True, False], ids=["policy off", "policy on"])
def test_no_attack_runs_anywhere(person, address, story, bypass_csp):
    assert_nothing_runs(person(bypass_csp=bypass_csp), places_of(story, address))
    moderator = person(make_user("Moderators"), bypass_csp=bypass_csp)
    assert_nothing_runs(moderator, inside(story))
    go(moderator.get_by_role("button", name="Everything from this person", exact=True))
    assert moderator.evaluate("window.__pwned") is None
    _try_a_list(moderator)
    _type_attacks(person(bypass_csp=bypass_csp), address("en", f"/news/{story.slug}/"), story)


def _try_a_list(page):
    """What a list would have caught stands beside it, with the line of the list that did."""
    page.goto(reverse("admin:comments_commentsettings_changelist"))
    page.fill("#id_hold_wordlist", "\n".join([*CORPUS[:9], "pwned*"]))
    go(page.locator("[name=try]"))
    assert page.locator("#trial li").count() > 0
    assert page.evaluate("window.__pwned") is None


def _type_attacks(page, path, story):
    """The forms show again what was typed into them."""
    reported = Comment.objects.approved()[0]
    for attack in (CORPUS[2], CORPUS[5], CORPUS[14]):
        page.goto(path)
        for field in ("#comment", "#author", "#email", "#url"):
            page.fill(field, attack)
        go(page.locator("#commentform button"))
        assert page.title().startswith("Error: ")
        assert page.evaluate("window.__pwned") is None
        page.goto(f"{path}comments/report/{reported.pk}/")
        page.fill("#words", attack)
        page.fill("#email", attack)
        go(page.locator("#reportform button"))
        assert page.evaluate("window.__pwned") is None


def test_no_feed_has_an_element_of_theirs(client, address, story):
    """Read as feed readers do: XML first, then the HTML in it."""
    for path in (f"/news/{story.slug}/comments/feed/", "/comments/feed/"):
        feed = ElementTree.fromstring(client.get(address("en", path)).content)
        assert len(feed.findall("channel/item")) == len(CORPUS)
        assert {element.tag.rpartition("}")[2] for element in feed.iter()} <= IN_A_FEED
        for item in feed.findall("channel/item"):
            assert set(re.findall(r"<(\w+)", item.findtext("description"))) <= {"p", "br", "a"}


def test_the_corpus_runs_where_nothing_is_escaped(chromium):
    page, ran = chromium.new_page(), []
    for attack in CORPUS:
        page.goto("about:blank")
        page.set_content(f"<main>{attack}</main>", wait_until="load")
        page.wait_for_timeout(20)
        ran.append(bool(page.evaluate("window.__pwned")))
    page.context.close()
    assert sum(ran) >= 10
