"""Addresses of what administrators look after."""

from django.urls import path

from guanxi.platform.ui.views import backups, configuration, data_keys, layouts, mail

urlpatterns = [
    path("settings/mail/", mail.state, name="mail"),
    path("settings/mail/try/", mail.try_server, name="mail_try"),
    path("mailbox/", mail.mailbox, name="mailbox"),
    path("mailbox/<int:pk>/", mail.mailbox, name="mailbox_mail"),
    path("mailbox/<int:pk>/body/", mail.body, name="mailbox_body"),
    path("settings/layouts/", layouts.index, name="layouts"),
    path("settings/layouts/<slug:module>/<slug:name>/", layouts.show, name="layout"),
    path("settings/layouts/<slug:module>/<slug:name>/preview/", layouts.preview, name="layout_preview"),
    path("settings/configuration/", configuration.show, name="configuration"),
    path("settings/configuration/download/", configuration.download, name="configuration_download"),
    path("settings/configuration/bring/", configuration.bring, name="configuration_bring"),
    path("settings/keys/", data_keys.show, name="data_keys"),
    path("settings/keys/rotate/", data_keys.rotate, name="data_keys_rotate"),
    path("settings/backups/", backups.show, name="backups"),
    path("settings/backups/make/", backups.make, name="backup_make"),
    path("settings/backups/upload/", backups.upload, name="backup_upload"),
    path("settings/backups/<str:name>/verify/", backups.verify, name="backup_verify"),
    path("settings/backups/<str:name>/restore/", backups.restore, name="backup_restore"),
    path("settings/backups/<str:name>/delete/", backups.delete, name="backup_delete"),
    path("settings/backups/<str:name>/download/", backups.download, name="backup_download"),
]
