"""Outgoing mail: written with what it tells of, sent later by a job."""
