"""The panel at ``/quan-tri/``: screens of cooperatives and staff inside Wagtail's admin."""
