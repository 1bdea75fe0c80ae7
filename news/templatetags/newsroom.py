"""What the newsroom's templates print everywhere alike: moments and the two badges of a story."""

from django import template

from news.admin import badges, times

register = template.Library()
register.filter("when", times.when)
register.filter("moment", times.moment)
register.filter("exactly", times.exactly)
register.filter("readers_see", badges.readers_see)
register.filter("stage", badges.stage)
