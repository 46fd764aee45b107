"""Public pages, machines' addresses and the operator's desk."""
