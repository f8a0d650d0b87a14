"""Applications: from the first answer to the account."""
