"""The Linear door: what Linear tells, and who comes back from consenting there."""
