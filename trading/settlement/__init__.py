"""Settlement carries trades on into the ledger, behind a cursor of its own."""
