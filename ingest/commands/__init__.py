"""The subcommands of `parvn`, by what they are about: building, records, asking, releases."""
