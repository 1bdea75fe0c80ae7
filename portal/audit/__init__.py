"""The audit log: one append-only, tamper-evident record of what people did."""
