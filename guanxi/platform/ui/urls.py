"""The addresses of derived pages. Every entity has the same ones: nothing is added for a new module."""

from django.urls import include, path

from guanxi.platform.ui.views import bulk, commands, duplicates, expressions, files, lists, records, reveal

urlpatterns = [
    # Before the addresses of modules: a kind of record may be called like the end of one of theirs.
    path("pick/<slug:module>/<slug:name>/", lists.picker, name="picker"),
    path("", include("guanxi.platform.ui.urls_desk")),
    path("", include("guanxi.platform.ui.urls_settings")),
    path("", include("guanxi.platform.ui.urls_audit")),
    path("", include("guanxi.platform.ui.urls_exchange")),
    path("", include("guanxi.platform.ui.urls_reports")),
    path("undo/<uuid:batch>/", commands.undo, name="undo"),
    path("held/<int:pk>/", commands.decide, name="decide"),
    path("<slug:module>/<slug:name>/", lists.show, name="list"),
    path("<slug:module>/<slug:name>/count/", lists.count, name="count"),
    path("<slug:module>/<slug:name>/filter/", lists.filter_fields, name="filter"),
    path("<slug:module>/<slug:name>/views/", lists.views, name="views"),
    path("<slug:module>/<slug:name>/new/", commands.create, name="create"),
    path("<slug:module>/<slug:name>/check/", records.check, name="check"),
    path("<slug:module>/<slug:name>/similar/", duplicates.similar, name="similar"),
    path("<slug:module>/<slug:name>/move/", commands.move, name="move"),
    path("<slug:module>/<slug:name>/cards/", bulk.cards, name="cards"),
    path("<slug:module>/<slug:name>/bulk/", bulk.bar, name="bulk"),
    path("<slug:module>/<slug:name>/bulk/<slug:command>/", bulk.preview, name="bulk_command"),
    path("<slug:module>/<slug:name>/bulk/<slug:command>/run/", bulk.carry_out, name="bulk_run"),
    path("<slug:module>/<slug:name>/<int:pk>/", records.show, name="record"),
    path("<slug:module>/<slug:name>/<int:pk>/edit/", commands.edit, name="edit"),
    path("<slug:module>/<slug:name>/<int:pk>/merge/<int:other>/", duplicates.merge, name="merge"),
    path("<slug:module>/<slug:name>/<int:pk>/peek/", records.peek, name="peek"),
    path("<slug:module>/<slug:name>/<int:pk>/cell/", records.cell, name="cell"),
    path("<slug:module>/<slug:name>/<int:pk>/children/", records.children, name="children"),
    path("<slug:module>/<slug:name>/<int:pk>/draft/", records.draft, name="draft"),
    path("<slug:module>/<slug:name>/<int:pk>/do/<slug:command>/", commands.command, name="command"),
    path("<slug:module>/<slug:name>/<int:pk>/content/<slug:key>/", files.content, name="content"),
    path("<slug:module>/<slug:name>/<int:pk>/files/", files.upload, name="files"),
    path("<slug:module>/<slug:name>/<int:pk>/files/<int:file>/delete/", files.delete, name="file_delete"),
    path("<slug:module>/<slug:name>/<int:pk>/tab/<str:key>/", records.tab, name="tab"),
    path("<slug:module>/<slug:name>/<int:pk>/panel/<str:key>/", records.panel, name="panel"),
    path("<slug:module>/<slug:name>/<int:pk>/property/<slug:key>/", records.property_, name="property"),
    path("<slug:module>/<slug:name>/<int:pk>/reveal/<slug:key>/", reveal.reveal, name="reveal"),
    path("<slug:module>/<slug:name>/<int:pk>/expression/", expressions.sample, name="expression_sample"),
    path("<slug:module>/<slug:name>/<int:pk>/compose/<str:child_key>/", records.compose, name="compose"),
    path("<slug:module>/<slug:name>/<int:pk>/undo/<str:event>/", records.undo_event, name="undo_event"),
]
