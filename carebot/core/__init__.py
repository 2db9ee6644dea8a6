"""The decisions: data classes and pure functions, standard library only."""
