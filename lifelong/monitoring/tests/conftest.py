from lifelong.learning.tests.conftest import entry, final, folders, learner, library, now, operator, other, stranger

__all__ = ["entry", "final", "folders", "learner", "library", "now", "operator", "other", "stranger"]
