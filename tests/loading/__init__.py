"""Mapped classes and statements that are read by the plugin and run by SQLAlchemy."""
