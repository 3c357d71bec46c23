"""Data definition, a module for each kind of thing defined. `definitions` dispatches here."""
