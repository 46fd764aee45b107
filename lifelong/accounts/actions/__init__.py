"""Everything that changes people, their sign-in and their roles; one function per verb."""

from lifelong.accounts.actions.appointments import appoint, withdraw
from lifelong.accounts.actions.authorities import change_authority, found_authority
from lifelong.accounts.actions.consents import agree, open_learner, withdraw_consent
from lifelong.accounts.actions.erasing import erase_account
from lifelong.accounts.actions.factors import ask_factor_reset, confirm_factor_reset, refuse_factor_reset
from lifelong.accounts.actions.guests import forget_guests, open_guest
from lifelong.accounts.actions.invitation import Invitation, activate, invite, open_activation, send_activation_again
from lifelong.accounts.actions.lockout import note_failure, note_success, unlock
from lifelong.accounts.actions.people import change_details, change_email, close_account, open_account
from lifelong.accounts.actions.setup import make_setup_link, set_up

__all__ = [
    "Invitation", "activate", "agree", "appoint", "ask_factor_reset", "change_authority", "change_details", "change_email",
    "close_account", "confirm_factor_reset", "erase_account", "forget_guests", "found_authority", "invite", "make_setup_link", "note_failure",
    "note_success", "open_account", "open_activation", "open_guest", "open_learner", "refuse_factor_reset", "send_activation_again", "set_up",
    "unlock", "withdraw", "withdraw_consent",
]  # fmt: skip
