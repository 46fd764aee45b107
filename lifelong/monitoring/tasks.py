"""What monitoring does by the clock."""
