"""All addresses of the installation."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("api/", include("guanxi.platform.api.urls")),
    path("", include("guanxi.platform.ui.urls")),
]
