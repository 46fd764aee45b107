"""Everything that changes institutions and mandates; one function per verb."""

from lifelong.institutions.actions.mandates import close_mandate, name_reviewer, open_mandate, replace_reporter
from lifelong.institutions.actions.register import change_institution, enter_institution, take_in_sheet

__all__ = [
    "change_institution", "close_mandate", "enter_institution", "name_reviewer", "open_mandate", "replace_reporter",
    "take_in_sheet",
]  # fmt: skip
