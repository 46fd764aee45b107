"""What this chapter tells the chapters above it, inside the transaction. Receivers: database work or enqueueing only."""

from django.dispatch import Signal

file_arrived = Signal()  # media_file, upload (None for what came through a form): checked, stored, waiting to be probed
facts_measured = Signal()  # media_file: its ``facts`` are known, or ``probe_state`` is failed
whole_measured = Signal()  # media_file: its ``whole`` is known
renditions_made = Signal()  # media_file: its renditions are there
