"""A local Alipay: gateway, cashier and notifications of the payment API, without money."""
