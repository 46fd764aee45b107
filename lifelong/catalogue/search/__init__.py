"""Full-text search: facts of a published resource in, ids and counts out. Knows no database (research/search-spike)."""
