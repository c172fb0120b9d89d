"""The pages on which the staff write knowledge."""
