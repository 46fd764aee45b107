"""What reviewers do: decide, take back, waive, clear; compose and publish batches."""
