"""The web process: Django under ASGI."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings")
# Code and declarations live as long as the process. Looking through them for garbage again and again took a tenth of a
# second each time, in the middle of somebody's request.
gc.disable()
application = get_asgi_application()
import_module("guanxi.platform.bulk").limit_statements(settings.STATEMENT_SECONDS)
import_module("guanxi.platform.signin.checks").refuse_unsafe()  # needs the applications
get_resolver().url_patterns  # noqa: B018 - imports every view, which the first request would wait for
gc.freeze()
gc.enable()
