"""The demo market: invented cooperatives, goods, certificates and stories in files that a person can edit."""
