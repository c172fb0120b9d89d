"""A hasher as dear as a real one: with the tests' cheap one a missing hash would not show in the time."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class SlowHasher(PBKDF2PasswordHasher):
    """PBKDF2 of about 60 ms."""

    iterations = 150_000
