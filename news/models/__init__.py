"""The newsroom's tables, one module per responsibility; import them from here.

Models know querysets and fields, never the workflow: arrows point from steps to rows.
"""

from news.models.article import Article, Slug
from news.models.author import ArticleByline, Author, WorkingCopyByline
from news.models.autosave import Autosave
from news.models.content import Content
from news.models.import_record import ImportRecord
from news.models.presence import Presence
from news.models.preview_link import PreviewLink
from news.models.related import ArticleRelated, RelatedLink, WorkingCopyRelated
from news.models.revision import Revision
from news.models.section import Section
from news.models.tag import ArticleTag, Tag, TagAlias, WorkingCopyTag
from news.models.working_copy import WorkingCopy

__all__ = [
    "Article",
    "ArticleByline",
    "ArticleRelated",
    "ArticleTag",
    "Author",
    "Autosave",
    "Content",
    "ImportRecord",
    "Presence",
    "PreviewLink",
    "RelatedLink",
    "Revision",
    "Section",
    "Slug",
    "Tag",
    "TagAlias",
    "WorkingCopy",
    "WorkingCopyByline",
    "WorkingCopyRelated",
    "WorkingCopyTag",
]
