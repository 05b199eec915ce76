"""Migrating an empty database takes longer than most tests, and a run does it in dozens of processes. The first one keeps
what came of it; the others begin with a copy. An application of the tests' settings alone, whose ``migrate`` comes first."""
