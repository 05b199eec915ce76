"""What a version of a decision can be."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """A draft is written, a published version decides from its day on, a withdrawn one no longer."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")
