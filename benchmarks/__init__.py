"""What the plugin costs: each `bench_*.py` measures one thing and prints it."""
