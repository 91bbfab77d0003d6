"""What we remember, and what we still owe."""
