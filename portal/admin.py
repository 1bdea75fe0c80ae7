"""The portal's own screens, gathered where Django looks for them."""

from portal.accounts import admin as accounts
from portal.ops import admin as ops

__all__ = ["accounts", "ops"]
