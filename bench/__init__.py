"""How fast, beside what others reach: `make bench` (docs/bench.md)."""
