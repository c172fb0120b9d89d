"""What templates of other apps take from the portal."""
