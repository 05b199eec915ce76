"""Addresses of import, export and print."""

from django.urls import path

from guanxi.platform.ui.views import documents, exchange, exports

urlpatterns = [
    path("<slug:module>/<slug:name>/import/", exchange.upload, name="import"),
    path("<slug:module>/<slug:name>/import/sample/", exchange.sample, name="import_sample"),
    path("<slug:module>/<slug:name>/import/<int:pk>/", exchange.step, name="import_step"),
    path("<slug:module>/<slug:name>/import/<int:pk>/reread/", exchange.reread, name="import_reread"),
    path("<slug:module>/<slug:name>/import/<int:pk>/columns/", exchange.columns, name="import_columns"),
    path("<slug:module>/<slug:name>/import/<int:pk>/check/", exchange.checked, name="import_check"),
    path("<slug:module>/<slug:name>/import/<int:pk>/decide/", exchange.decide, name="import_decide"),
    path("<slug:module>/<slug:name>/import/<int:pk>/job/", exchange.job_part, name="import_job"),
    path("<slug:module>/<slug:name>/import/<int:pk>/refused/", exchange.refused_rows, name="import_refused"),
    path("<slug:module>/<slug:name>/import/<int:pk>/undo/", exchange.undo, name="import_undo"),
    path("<slug:module>/<slug:name>/import/<int:pk>/cancel/", exchange.cancel, name="import_cancel"),
    path("<slug:module>/<slug:name>/export/", exports.export, name="export"),
    path("exports/<int:pk>/", exports.download, name="export_file"),
    path("<slug:module>/<slug:name>/print/", exports.print_list, name="print_list"),
    path("<slug:module>/<slug:name>/<int:pk>/print/", exports.print_record, name="print_record"),
    path("<slug:module>/<slug:name>/<int:pk>/documents/", documents.documents, name="documents"),
]
