"""Addresses of the auditor's pages."""

from django.urls import path

from guanxi.platform.ui.views import audit

urlpatterns = [
    path("audit/trail/", audit.trail, name="audit_trail"),
    path("audit/trail/verify/", audit.verify, name="audit_verify"),
    path("audit/incident/", audit.incident, name="audit_incident"),
]
