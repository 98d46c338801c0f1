"""How fast and how large: measured, not promised. `python -m benchmarks` writes README.md beside this file."""
