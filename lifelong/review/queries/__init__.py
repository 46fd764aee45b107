"""What reviewers read: the queue, one round whole, what stops it, batches."""
