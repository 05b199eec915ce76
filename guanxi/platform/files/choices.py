from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    ATTACHMENT = "attachment", _("Attachment")
    IMPORT = "import", _("Import")
    EXPORT = "export", _("Export")
    ONCE = "once", _("Export that opens once")
    PHOTO = "photo", _("Photo")


class FileState(models.TextChoices):
    STORED = "stored", _("Stored")
    QUARANTINED = "quarantined", _("Quarantined")
