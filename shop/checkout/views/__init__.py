"""Requests in, pages out: basket, checkout, pay page, order page."""
