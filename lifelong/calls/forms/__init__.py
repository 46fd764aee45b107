"""What is typed about calls and registrations, checked and returned; nothing is saved here."""

from lifelong.calls.forms.composing import (
    AmendmentForm,
    CallForm,
    ContactFormSet,
    ExtensionForm,
    MessageForm,
    contact_initial,
)
from lifelong.calls.forms.letters import DeputationForm, LetterForm
from lifelong.calls.forms.registering import (
    CodeForm,
    EnterForm,
    FilesForm,
    ReasonForm,
    RegistrationForm,
    SettleForm,
    StampedForm,
    WordForm,
)

__all__ = [
    "AmendmentForm", "CallForm", "CodeForm", "ContactFormSet", "DeputationForm", "EnterForm", "ExtensionForm", "FilesForm", "LetterForm", "MessageForm",
    "ReasonForm", "RegistrationForm", "SettleForm", "StampedForm", "WordForm", "contact_initial",
]  # fmt: skip
