"""The networks that messages come from and go to."""
