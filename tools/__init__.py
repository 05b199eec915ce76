"""What run.py is made of. Modules that run before the environment exists use the standard library only."""
