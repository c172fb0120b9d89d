"""What is done with searches: they are written down, and the staff say what is meant."""
