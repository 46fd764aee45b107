"""What is done to the library: snapshots, availability, loads, reports. Alone writes the chapter's models."""
