"""Everything that changes a resource, a version or a round. Nothing else writes them."""
