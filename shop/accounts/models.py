"""People who log in. A person's rights come from groups (``roles``) and cooperative memberships."""

from oscar.apps.customer.abstract_models import AbstractUser


class User(AbstractUser):
    """A log-in by e-mail address: shopper, member of a cooperative, or staff of the market."""
