"""Addresses of the interface, derived from the entities and their commands."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLResolver, path, re_path
from django.urls.exceptions import Resolver404
from django.urls.resolvers import RoutePattern

from guanxi.platform.api.derived import addresses, provided
from guanxi.platform.api.views import index
from guanxi.platform.api.views.files import UploadView
from guanxi.platform.api.views.search import SearchView
from guanxi.platform.entities import registry

app_name = "api"


def of_provided(request: HttpRequest, rest: str) -> HttpResponseBase:
    """Any address of such an entity; the view behind it looks after sign-in and tokens."""
    resolver: URLResolver = registry.cached("api resolver", lambda: URLResolver(RoutePattern(""), provided()))
    module = request.path_info.removesuffix(rest).rstrip("/").rpartition("/")[2]
    try:
        match = resolver.resolve(f"{module}/{rest}")
    except Resolver404:
        nowhere: HttpResponseBase = index.NowhereView.as_view()(request)
        return nowhere
    found: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return found


of_provided.csrf_exempt = True  # type: ignore[attr-defined]


urlpatterns = [
    path("", index.IndexView.as_view(), name="index"),
    path("schema.json", index.SchemaView.as_view(), name="schema"),
    path("docs/", index.DocumentationView.as_view(), name="documentation"),
    path("undo/", index.UndoView.as_view(), name="undo"),
    path("search/", SearchView.as_view(), name="search"),
    path("files/", UploadView.as_view(), name="upload"),
    path("jobs/<int:id>/", index.JobView.as_view(), name="job"),
    *[address for entity in registry.declared() for address in addresses(entity)],
    *[path(f"{module}/<path:rest>", of_provided, name="provided") for module in registry.provided_modules()],
    re_path("", index.NowhereView.as_view(), name="nowhere"),
]
