"""Passwords are hashed two at a time in a process: each takes 100 MB and most of a second, and anybody can ask for it."""

import threading

from django.contrib.auth.hashers import Argon2PasswordHasher

AT_ONCE = 2
turn = threading.BoundedSemaphore(AT_ONCE)


class TurnTakingHasher(Argon2PasswordHasher):
    """Argon2id as Django sets it up; whoever comes third waits."""

    def encode(self, password: str, salt: str) -> str:
        with turn:
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        with turn:
            return bool(super().verify(password, encoded))
