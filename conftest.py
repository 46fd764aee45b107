"""For every test in the house."""

import hypothesis
from django.conf import settings

from lifelong.audit.testing import let_flush_through

let_flush_through()  # transactional tests and live servers empty the database, the append-only trail included

# Real passwords are hashed slowly on purpose; the cast of a thousand tests would spend minutes on it.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A machine shared by many is slow at times; how long an example takes is no statement about the code.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")
