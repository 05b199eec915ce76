"""Addresses of what administrators look after."""

from django.urls import path

from guanxi.platform.ui.views import mail

urlpatterns = [
    path("settings/mail/", mail.state, name="mail"),
    path("settings/mail/try/", mail.try_server, name="mail_try"),
    path("mailbox/", mail.mailbox, name="mailbox"),
    path("mailbox/<int:pk>/", mail.mailbox, name="mailbox_mail"),
    path("mailbox/<int:pk>/body/", mail.body, name="mailbox_body"),
]
