"""What can be done to a mail."""
