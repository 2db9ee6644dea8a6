"""A care agent to be killed: ``python -m tests.kills.agent FOLDER CASE POINT`` claims the case and answers it."""

from __future__ import annotations

import sys
from pathlib import Path

from carebot.app import App, Places
from carebot.care_file import load_care
from carebot.channels.registry import known
from carebot.core.rights import Role, Viewer
from carebot.errors import OutdatedError
from carebot.services.claim_case import claim_case
from carebot.services.reply import Reply
from carebot.store.uow import SqliteUnitOfWork
from tests.kills.points import Killer, KillingUnitOfWork
from tests.kills.scene import CARE_FILE, DATABASE, KEY_FILE, TRAIL

ANSWER = "We have looked into it: all is well again."
AGENT = Viewer(id="sanne", roles=frozenset({Role.AGENT, Role.PRIVATE_AGENT}))


def main(folder: Path, case_id: str, point: str | None) -> None:
    """Claim and answer, as somebody who presses the button again after a crash would."""
    database = folder / DATABASE
    app = App(
        care=load_care(folder / CARE_FILE, channels=known()),
        places=Places(database=database, key_file=folder / KEY_FILE),
        uow=KillingUnitOfWork(SqliteUnitOfWork(database), Killer(point, folder / TRAIL)),
    )
    with app:
        claim_case(case_id, viewer=AGENT, uow=app.uow, clock=app.clock)
        reply = Reply(uow=app.uow, clock=app.clock, house=app.house, find=app.recognizer.find)
        if any(not row.is_automatic for row in app.uow.run(lambda work: work.outgoing_of(case_id))):
            return  # the crash came after the button had worked
        try:
            reply.send(reply.preview(case_id, ANSWER, viewer=AGENT), viewer=AGENT)
        except OutdatedError as error:
            sys.exit(f"refused: {error}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
