"""``python -m carebot.channels.townsquare serve --database FILE --port N`` runs the network by itself."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and serve until stopped; 2 when that is not possible."""
    parser = argparse.ArgumentParser(prog="python -m carebot.channels.townsquare", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="serve")
    serving = commands.add_parser("serve", help="run the town square until it is stopped")
    serving.add_argument("--database", type=Path, required=True, help="its SQLite file; made when missing")
    serving.add_argument("--host", default="127.0.0.1", help="where to listen (default: this machine only)")
    serving.add_argument("--port", type=int, default=0, help="which port (default: any free one)")
    chosen = parser.parse_args(arguments)
    import sqlite3

    from carebot.channels.townsquare.web.server import serve

    try:
        serve(chosen.database, chosen.host, chosen.port)
    except (OSError, OverflowError, sqlite3.Error) as error:
        sys.stderr.write(f"the town square cannot start: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
