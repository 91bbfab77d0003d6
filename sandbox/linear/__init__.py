"""An offline Linear: its GraphQL over loopback HTTP, with worlds, faults and a log of changes."""
