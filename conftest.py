"""For every test in the house."""

from lifelong.audit.testing import let_flush_through

let_flush_through()  # transactional tests and live servers empty the database, the append-only trail included
