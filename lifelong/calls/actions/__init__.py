"""Everything that changes calls and registrations; one function per verb."""

from lifelong.calls.actions.asking import answer_question, ask, publish_answer, unpublish_answer
from lifelong.calls.actions.composing import (
    Span,
    add_attachment,
    change_call,
    delete_draft,
    draft_call,
    remove_attachment,
    set_contacts,
)
from lifelong.calls.actions.deciding import approve, correct_address, note_full_view, refuse, send_again
from lifelong.calls.actions.deputising import deputise, end_deputation
from lifelong.calls.actions.entering import confirm_mandate, take_in, take_in_sheet
from lifelong.calls.actions.handing_in import add_stamped, submit, sweep_papers, withdraw
from lifelong.calls.actions.letters import add_letter, keep_letter
from lifelong.calls.actions.proving import prove_email, send_link
from lifelong.calls.actions.registering import correct, prepare
from lifelong.calls.actions.reminding import remind, remind_now, remind_unread
from lifelong.calls.actions.running import (
    announce,
    close_call,
    extend_window,
    finish_call,
    note_reading,
    publish_call,
    reopen_call,
)

__all__ = [
    "Span",
    "add_attachment",
    "add_letter",
    "add_stamped",
    "announce",
    "answer_question",
    "approve",
    "ask",
    "change_call",
    "close_call",
    "confirm_mandate",
    "correct",
    "correct_address",
    "delete_draft",
    "deputise",
    "draft_call",
    "end_deputation",
    "extend_window",
    "finish_call",
    "keep_letter",
    "note_full_view",
    "note_reading",
    "prepare",
    "prove_email",
    "publish_answer",
    "publish_call",
    "refuse",
    "remind",
    "remind_now",
    "remind_unread",
    "remove_attachment",
    "reopen_call",
    "send_again",
    "send_link",
    "set_contacts",
    "submit",
    "sweep_papers",
    "take_in",
    "take_in_sheet",
    "unpublish_answer",
    "withdraw",
]  # fmt: skip
