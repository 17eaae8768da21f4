"""JS of several distributions."""
