"""What allauth asks of us: no open sign-up for work accounts, our own words, our own addresses."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Work accounts are opened by approval and activation link; learners' accounts come with the learning chapter."""
        return False
