"""What can be done to a ticket: one module each, named by its verb, called by every channel."""
