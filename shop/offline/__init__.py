"""The market on a phone without a line: what is kept there, and the orders that wait there for a line."""
