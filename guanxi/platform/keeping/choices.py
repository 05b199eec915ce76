"""What a clean-up rule does."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CleanupAction(models.TextChoices):
    BIN = "bin", _("Move to the recycle bin")
    PURGE = "purge", _("Remove for good from the recycle bin")
    ANONYMISE = "empty", _("Empty personal data")
