"""The program's addresses, and one with a hole: whoever does not find that would find nothing in the others either."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

from guanxi.config import urls


def planted(request: HttpRequest) -> JsonResponse:
    """What an injection needs: a parameter pasted into SQL. Its errors are kept back, as ours are."""
    words = request.GET.get("q", "")
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"SELECT key FROM access_role WHERE key LIKE '%{words}%'")
            found = [key for (key,) in cursor.fetchall()]
        except DatabaseError:
            found = []
    return JsonResponse({"items": found})


urlpatterns = [path("api/planted/", planted), *urls.urlpatterns]
handler500 = urls.handler500
