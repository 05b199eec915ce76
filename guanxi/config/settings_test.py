"""Settings of the test runs: everything as in production, in a folder of its own, with a cheap password hash."""

import os
import tempfile

os.environ.setdefault("GUANXI_DATA_DIR", tempfile.mkdtemp(prefix="guanxi-test-"))
os.environ.setdefault("GUANXI_LOG_FORMAT", "plain")
os.environ.setdefault("GUANXI_LOG_LEVEL", "ERROR")
os.environ.setdefault("GUANXI_SECRET_KEY", "only-for-tests-" + "x" * 40)
os.environ.setdefault("GUANXI_AUDIT_KEY", "only-for-tests-" + "a" * 40)

from guanxi.config.settings import *  # noqa: F403
from guanxi.config.settings import INSTALLED_APPS

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
INSTALLED_APPS = ["tests.prepared", "tests.fakes", *INSTALLED_APPS]
# Every test client has a server of its own, which would begin by listing all files.
WHITENOISE_AUTOREFRESH = True
