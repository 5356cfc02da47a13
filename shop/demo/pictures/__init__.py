"""The drawn pictures of the demo market, and the program that draws them."""
