from tests.shop.panel.conftest import as_role as as_role
