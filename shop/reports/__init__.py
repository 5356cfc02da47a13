"""What the market sold, to whom it lost, and how quick it was: sums out of the database, plots, tables."""
