"""Pages of the review desk and of the batches."""
