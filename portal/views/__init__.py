"""What customers meet first."""
