"""End-to-end stories, told in a real browser against a real server."""
