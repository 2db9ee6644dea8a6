"""carebot, a social-media customer care inbox bot."""

__version__ = "0.1.0"
