"""The network itself: it knows nothing of carebot, and is reached over HTTP only."""
