"""The benchmark of the running program: python3 run.py bench --help. Figures stand in docs/performance.md."""
