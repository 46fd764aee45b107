"""What learning tells the chapters above it, inside the transaction."""

from django.dispatch import Signal

resource_kept = Signal()  # entry, by, at: among somebody's favourites, and was not before
resource_rated = Signal()  # entry, by, at: for the first time or again
