"""What the search box looks in: one row of tokens for each record."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class TokensField(models.Field):
    """Different tokens without order: words parted by spaces on SQLite (FTS5 looks in them), a ``tsvector`` on PostgreSQL.
    Written and asked by this room's own SQL alone."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_lookup(self, lookup_name: str) -> Any:
        return None


class SearchKind(models.Model):
    """A kind of record in the index. Its number is the upper part of the ids of its documents; ``signature`` says by which
    declaration they were made, and is empty until they all are."""

    entity = models.CharField(max_length=100, unique=True)
    signature = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.entity


class SearchDoc(models.Model):
    """The tokens of one record. The id is made of the number of its kind and the id of the record (``documents.doc_id``), so
    that the documents of a kind lie together, the newest records at the end."""

    id = models.BigIntegerField(primary_key=True)
    tokens = TokensField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)


class FileText(models.Model):
    """What the text of a file leaves in the index: its different tokens (``tokens.body_tokens``) without order, by which
    nobody reads it again. ``version`` is that of the tokens, 0 until somebody has read the file."""

    file = models.OneToOneField("files.File", models.CASCADE, related_name="+")
    tokens = models.TextField(default="")
    version = models.PositiveSmallIntegerField(default=0, db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.file_id)
