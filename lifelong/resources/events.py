"""What resources tell the chapters above them, inside the transaction. A failing receiver rolls everything back."""

from django.dispatch import Signal

version_submitted = Signal()  # version, round, by, at
version_moved = Signal()  # version, step, from_state, to_state, by, at
version_withdrawn = Signal()  # version, by, at
availability_changed = Signal()  # resource, before, after, by, at, reason
