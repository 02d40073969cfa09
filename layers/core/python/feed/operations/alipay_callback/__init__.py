"""What Alipay sends: notifications, which move money, and the payer's browser on its way back, which moves nothing."""
