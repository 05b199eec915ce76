"""Another program within limits that it cannot lift, for whatever opens bytes of users: run as a script, ``confined.py MEMORY SECONDS FILE PROGRAM …``, it sets them and
becomes the program. Bytes of memory, seconds of processor, bytes of a file; children inherit them."""

import os
import resource
import sys


def main() -> None:
    memory, seconds, file = map(int, sys.argv[1:4])
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, file),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)  # the server's own limits stay
        resource.setrlimit(kind, (least, least))
    os.execv(sys.argv[4], sys.argv[4:])  # noqa: S606 - the program that the administrator chose, without a shell


if __name__ == "__main__":
    main()
