"""`make bench`: what things cost. It prints figures and judges none: they belong to the machine they were
measured on, but for the ratios, whose two sides take turns in one run."""
