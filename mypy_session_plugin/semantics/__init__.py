"""What code means: session stubs, mapped classes, phantom signatures and the transfer function."""
