from tests.shop.panel.conftest import as_role  # noqa: F401
