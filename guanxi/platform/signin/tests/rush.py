"""One of several processes that try the same thing at the same moment; prints what each attempt gave. Its first lines come
when it is ready, so that all can begin together: python -m guanxi.platform.signin.tests.rush ATTEMPTS"""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "guanxi.config.settings"


def say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def main() -> None:
    django.setup()
    from django.utils import timezone

    from guanxi.platform.signin import forms, lockout
    from guanxi.platform.signin.models import Lock

    Lock.objects.count()
    say("ready")
    sys.stdin.readline()
    for _number in range(int(sys.argv[1])):
        say(lockout.take(Lock.Kind.NAME, "ann", timezone.now()))
    say(f"code {forms.spend(7, '123 456')}")


if __name__ == "__main__":
    main()
