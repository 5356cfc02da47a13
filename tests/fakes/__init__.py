"""Counterparts of the providers, written from their documents: real HTTP on loopback, real signatures.

None imports anything of the shop: whoever breaks our client does not break its judge with it.
"""
