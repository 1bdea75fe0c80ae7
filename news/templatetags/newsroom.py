"""What the newsroom's templates print everywhere alike: moments and the two badges of a story."""

from django import template

from news.admin import datetime_display
from news.admin.articles import preview, status_badges
from news.links import related

register = template.Library()
register.filter("when", datetime_display.when)
register.filter("moment", datetime_display.moment)
register.filter("exactly", datetime_display.exactly)
register.filter("readers_see", status_badges.readers_see)
register.filter("readers_details", status_badges.readers_details)
register.filter("stage", status_badges.stage)
register.filter("latest_revision_said", status_badges.latest_revision_said)
register.filter("at_rest", status_badges.at_rest)
register.filter("saved_when", datetime_display.saved_when)
register.simple_tag(preview.links_of, name="preview_links")
register.simple_tag(preview.lifetimes, name="link_lifetimes")
register.simple_tag(related.incoming_links, name="stories_linking_to")
