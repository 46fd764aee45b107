from lifelong.jobs.tests.cast import person

__all__ = ["person"]
