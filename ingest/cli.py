"""The `parvn` command."""
