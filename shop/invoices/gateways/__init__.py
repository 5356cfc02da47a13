"""Gateways: one module per authority or provider."""
