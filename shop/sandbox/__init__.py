"""Counterparts for training, demonstration and tests: a tax authority, a bank, an SMS gateway, as real ones behave."""
