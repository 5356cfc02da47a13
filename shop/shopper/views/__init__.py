"""Requests in, pages out: log-in, orders, addresses, invoices, consents, one's own data."""
