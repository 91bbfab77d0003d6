"""The sandbox in a browser: one page on which one is the customer, the vendor and the engineer."""
