"""``python -m carebot`` is ``carebot``."""

from carebot.cli import main

main()
