"""What people can look up: sections, articles of three kinds, their versions, and what readers say of them."""

from knowledge.models.article import Article, ArticleFile, ArticleVersion, Audience, Redirect, Status, Video
from knowledge.models.importing import ArticleImport
from knowledge.models.reading import Deflection, Feedback, Read, TicketAnswer
from knowledge.models.section import Kind, Section
from knowledge.models.writing import ArticleDraft, ArticleTemplate, Snippet, SnippetUse

__all__ = [
    "Article",
    "ArticleDraft",
    "ArticleFile",
    "ArticleImport",
    "ArticleTemplate",
    "ArticleVersion",
    "Audience",
    "Deflection",
    "Feedback",
    "Kind",
    "Read",
    "Redirect",
    "Section",
    "Snippet",
    "SnippetUse",
    "Status",
    "TicketAnswer",
    "Video",
]
