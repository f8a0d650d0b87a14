"""How the figures are laid out: heads, tables and notes of each kind of document."""
