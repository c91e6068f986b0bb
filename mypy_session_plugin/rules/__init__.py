"""The rules: one file a code, each a predicate on an event in one path state."""
