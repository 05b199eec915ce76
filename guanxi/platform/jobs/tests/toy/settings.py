"""Smallest project that can run the worker in processes of its own, on the database the environment names."""

import json
import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

SECRET_KEY = "toy"
INSTALLED_APPS = ["guanxi.platform.jobs", "guanxi.platform.jobs.tests.toy"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
JOBS = json.loads(os.environ.get("TOY_JOBS", "{}"))
DATABASE_ROUTERS = ["guanxi.platform.jobs.tests.toy.router.SideRouter"]

if url := os.environ.get("TOY_DATABASE_URL"):
    parts = urlsplit(url)
    SIDE_DATABASE = "default"
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
        }
    }
else:
    SIDE_DATABASE = "side"
    DATABASES = {
        name: {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": Path(os.environ["TOY_FOLDER"]) / f"{name}.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
        for name in ("default", "side")
    }
