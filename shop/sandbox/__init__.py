"""Counterparts for training, demonstration and tests: a tax authority and a bank that behave like real ones."""
