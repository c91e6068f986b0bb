"""From mypy's syntax tree to a control-flow graph and a fixpoint over it; knows Python, not SQLAlchemy."""
