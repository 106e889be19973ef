"""Everything that speaks with the invoice cloud: calls, its wire format, guarded downloads, and an emulator of it."""
