"""Films and recordings that are nearly the same: what is kept of each, and how alike two are. Knows no resource."""
