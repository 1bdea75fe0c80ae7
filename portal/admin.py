"""The portal's own screens, gathered where Django looks for them."""

from portal.accounts import admin as accounts
from portal.ops import admin as ops
from portal.ops import dashboard

__all__ = ["accounts", "dashboard", "ops"]
