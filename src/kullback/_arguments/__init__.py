"""The only code that looks at what was given, and raises for it."""
