"""What the newsroom's templates print everywhere alike: moments and the two badges of a story."""

from django import template

from news import related
from news.admin import badges, previews, times

register = template.Library()
register.filter("when", times.when)
register.filter("moment", times.moment)
register.filter("exactly", times.exactly)
register.filter("readers_see", badges.readers_see)
register.filter("stage", badges.stage)
register.simple_tag(previews.links_of, name="preview_links")
register.simple_tag(previews.lifetimes, name="link_lifetimes")
register.simple_tag(related.linking_to, name="stories_linking_to")
