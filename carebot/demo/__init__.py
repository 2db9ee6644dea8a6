"""The demo: one scripted Monday morning of an invented brand, and how it is shown in a terminal."""
