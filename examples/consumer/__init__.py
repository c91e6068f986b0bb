"""An application that uses the library: each function wrongly, and rightly."""
