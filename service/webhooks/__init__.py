"""Webhooks: what the audit log records, told to whom it concerns. Signed, retried, never lost, never sent inwards."""
