"""What editors show where the cursor is: the states, told to a language server."""
