"""Programs of others that attack a server of ours on this machine; see run.py nightly."""
