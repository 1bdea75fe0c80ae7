"""Columns filled from other columns of their row, for finding and for telling duplicates."""

from typing import Any

from django.db import models

from portal.text.folding import fold


class SearchKeyField(models.TextField):  # type: ignore[type-arg]  # Django's class takes no brackets at run time
    """Other columns of the row, folded, for finding and for telling duplicates; never written by hand."""

    def __init__(self, *sources: str, **options: Any) -> None:
        self.sources = sources
        super().__init__(**{"editable": False, "default": "", **options})

    def deconstruct(self) -> tuple[Any, Any, Any, Any]:
        name, path, _, options = super().deconstruct()
        return name, path, self.sources, options

    def pre_save(self, instance: Any, add: bool) -> str:
        folded = fold(" ".join(getattr(instance, source) for source in self.sources))
        setattr(instance, self.attname, folded)
        return folded


class SearchKeysField(SearchKeyField):
    """The row's name in every language, folded, each between line breaks: found whole, or by a part of one."""

    def pre_save(self, instance: Any, add: bool) -> str:
        keys = {fold(name) for name in (instance.name, *instance.names.values())} - {""}
        folded = "".join(f"\n{key}" for key in sorted(keys)) + "\n"
        setattr(instance, self.attname, folded)
        return folded
