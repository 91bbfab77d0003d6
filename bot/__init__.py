"""What we decide, and what we say."""
