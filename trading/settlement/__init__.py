"""Settlement: each trade becomes an instruction, each instruction delivery versus payment, or a case for
people. ``consumer`` carries them on; rails say when and how; ``booking`` is what settling means on the
books."""
