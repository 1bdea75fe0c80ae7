"""The newsroom's frame around every screen: header, navigation, start page."""
