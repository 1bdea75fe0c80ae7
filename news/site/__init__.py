"""The pages readers see. Each is the same for everyone, without session or cookie, so it can be stored.

A view makes its `PageDependencies` first of all, asks for what is live at that moment, and returns
`dependencies.cacheable(response)`. Only pages with status 200 and 410 are ever stored.
"""
