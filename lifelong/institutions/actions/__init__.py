"""What is done to institutions and mandates. Alone writes the chapter's models."""
