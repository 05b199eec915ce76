from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    ATTACHMENT = "attachment", _("Attachment")
    IMPORT = "import", _("Import")
    EXPORT = "export", _("Export")
    PHOTO = "photo", _("Photo")


class FileState(models.TextChoices):
    STORED = "stored", _("Stored")
    QUARANTINED = "quarantined", _("Quarantined")
    HARMFUL = "harmful", _("Harmful")
