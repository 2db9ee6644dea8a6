"""The town square: a small social network on this machine (``web``), and the adapter that reads and answers it."""
