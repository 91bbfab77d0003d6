"""Who is speaking, and in what dialect."""
