"""Pages and buttons of those who prepare and sign resources."""
