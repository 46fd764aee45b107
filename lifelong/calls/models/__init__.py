"""Calls, their windows and papers; registrations that answer them."""

from lifelong.calls.models.call import (
    Amendment,
    AmendmentReading,
    Attachment,
    Call,
    Contact,
    Extension,
    Reminder,
    Window,
)
from lifelong.calls.models.letter import Deputation, Letter, LetterKind
from lifelong.calls.models.question import Question
from lifelong.calls.models.registration import Paper, PaperKind, Registration, RegistrationOrigin

__all__ = [
    "Amendment", "AmendmentReading", "Attachment", "Call", "Contact", "Deputation", "Extension", "Letter", "LetterKind", "Paper", "PaperKind", "Question", "Registration",
    "RegistrationOrigin", "Reminder", "Window",
]  # fmt: skip
