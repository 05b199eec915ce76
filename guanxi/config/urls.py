"""All addresses of the installation."""

from django.urls import include, path

urlpatterns = [
    path("", include("guanxi.platform.api.root_urls")),
    path("accounts/", include("guanxi.platform.ui.urls_signin")),
    path("api/", include("guanxi.platform.api.urls")),
    path("", include("guanxi.platform.ui.urls")),
]

handler500 = "guanxi.platform.ui.outage.failed"
