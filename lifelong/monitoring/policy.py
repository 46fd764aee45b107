"""Who may read and do what after publication."""
