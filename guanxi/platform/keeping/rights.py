"""Backups are no records; they are guarded by rights of their own all the same."""

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.guarded import Thing

ACTIONS = {
    "view": _("View"),
    "make": _("Back up"),
    "verify": _("Verify"),
    "download": _("Download"),
    "upload": _("Upload"),
    "restore": _("Restore"),
    "delete": _("Delete"),
}
BACKUPS = Thing("keeping.backup", _("backups"), ACTIONS)
permits, require = BACKUPS.permits, BACKUPS.require
