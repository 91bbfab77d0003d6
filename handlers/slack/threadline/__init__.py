"""What ``/threadline`` can do: one file for each thing."""
