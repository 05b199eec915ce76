"""Addresses of reports and dashboards."""

from django.urls import path

from guanxi.platform.ui.views import dashboards, reports

urlpatterns = [
    path("dashboards/<int:pk>/", dashboards.show, name="dashboard"),
    path("dashboards/<int:pk>/order/", dashboards.order, name="dashboard_order"),
    path("dashboards/<int:pk>/tile/<int:tile>/", dashboards.tile, name="dashboard_tile"),
    path("<slug:module>/<slug:name>/report/", reports.show, name="report"),
    path("<slug:module>/<slug:name>/report/save/", reports.save, name="report_save"),
    path("<slug:module>/<slug:name>/report/file/", reports.take_away, name="report_file"),
]
