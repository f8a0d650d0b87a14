"""Reconciliation: the books held against what others keep. ``comparing`` finds where they differ,
``position_files`` takes in what a register or a custodian says, ``cases`` stay open until people close
them."""
