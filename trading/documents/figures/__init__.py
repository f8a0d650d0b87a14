"""What documents say, folded from the ledger; nothing of it is kept."""
