"""Rules. Standard library only: no clock, no input or output, no platform."""
