"""A brand on a network in memory, with everything real between a customer's message and the bot's reply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from carebot.app import App
from carebot.core.case import Case
from carebot.core.events import Event, EventName
from carebot.core.ports import Channel, Work
from carebot.core.records import ChannelState, Outgoing, OutgoingKind, OutgoingState
from carebot.core.tiers import Zone
from carebot.services.deliver import Deliver
from carebot.services.ingest import Received
from carebot.services.intake import Intake
from carebot.testing.fake_classifier import ScriptedClassifier, reading
from carebot.testing.network import MemoryChannel, MemoryNetwork, MemoryPost
from tests.unit.services.houses import Clock, article

QUESTION = "how do I charge it?"
ANSWER = "Plug it in. (Automated reply)"
SECRET = "my card is stolen"
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
QUEUED, SENDING, SENT, UNKNOWN = (
    OutgoingState.QUEUED,
    OutgoingState.SENDING,
    OutgoingState.SENT,
    OutgoingState.UNKNOWN,
)
HELD, FAILED, DEAD = OutgoingState.HELD, OutgoingState.FAILED, OutgoingState.DEAD


class Script(ScriptedClassifier):
    """Answers one question from the article ``charging``; one sentence is private."""

    def __init__(self) -> None:
        super().__init__({QUESTION: reading(answer="charging"), SECRET: reading(private=0.95)})


@dataclass
class Square:
    app: App
    clock: Clock
    network: MemoryNetwork
    channel: MemoryChannel
    intake: Intake
    deliver: Deliver
    received: list[Received]

    def worker(self, owner: str = "other", channel: Channel | None = None, **changes: Any) -> Deliver:
        return Deliver(
            **{
                "channel": channel or self.channel,
                "uow": self.app.uow,
                "clock": self.clock,
                "house": self.app.house,
                "find": self.app.understand.findings,
                "sealer": self.app.sealer,
                "owner": owner,
                "draw": lambda: 0.0,
                **changes,
            }
        )

    def ask(self, text: str = QUESTION, *, by: str = "ada", **changes: Any) -> MemoryPost:
        """A customer writes to Plum; it is decided, and not yet delivered."""
        post = self.network.write(by, text, to="plum", **changes)
        self.poll()
        return post

    def poll(self) -> None:
        self.intake.poll(self.channel)
        self.app.triage.catch_up()

    def later(self, by: timedelta) -> None:
        self.clock.moment += by

    def settle(self, rounds: int = 40) -> None:
        """Run everything for a while: every pause, lease and read-back comes to its end."""
        for _ in range(rounds):
            self.later(7 * SECOND)
            self.deliver.recover()
            self.deliver.read_back()
            while self.deliver.deliver():
                pass
            self.poll()

    def rows(self) -> list[Outgoing]:
        cases = [case.id for case in self.cases()]
        texts = [row for case_id in cases for row in self.app.uow.run(lambda w, c=case_id: w.outgoing_of(c))]
        return [row for row in texts if row.state is not OutgoingState.SUGGESTED]

    @property
    def row(self) -> Outgoing:
        (row,) = self.rows()
        return row

    def cases(self) -> list[Case]:
        names = [f"C-{number}" for number in range(1001, 1051)]
        found = self.app.uow.run(lambda work: [work.case(name) for name in names])
        return [case for case in found if case is not None]

    @property
    def case(self) -> Case:
        (case,) = self.cases()
        return case

    def change(self, **changes: Any) -> None:
        """The case as somebody else left it."""
        case = self.case
        self.app.uow.run(lambda work: work.save_case(replace(case, **changes)))

    def put(self, **changes: Any) -> Outgoing:
        """The only row, as it is after something else happened to it."""
        before = self.row
        self.app.uow.run(lambda work: work.replace_outgoing(before, replace(before, **changes)))
        return self.row

    def reply(self, text: str = "Hello Ada!", **changes: Any) -> Outgoing:
        """A person's reply to the case's first message is queued."""
        case = self.case

        def queue(work: Work) -> Outgoing:
            message = work.messages_of(case.id)[0]
            row = Outgoing(
                **{
                    "id": work.new_id("o"),
                    "case_id": case.id,
                    "message_id": message.id,
                    "channel": message.channel,
                    "account": message.account,
                    "zone": Zone.PUBLIC,
                    "text": text,
                    "language": "en",
                    "origin": "agent:kim",
                    "in_reply_to": message.external_id,
                    "idempotency_key": work.new_id("key"),
                    "created_at": self.clock.now(),
                    "is_automatic": False,
                    **changes,
                }
            )
            assert work.add_outgoing(row)
            return row

        return self.app.uow.run(queue)

    def hide(self) -> Outgoing:
        return self.reply("", kind=OutgoingKind.HIDE, origin="hide", is_automatic=True)

    def events(self, name: EventName) -> list[Event]:
        return [
            event
            for case in self.cases()
            for event in self.app.uow.run(lambda work, c=case.id: work.events_of(c))
            if event.name is name
        ]

    def state(self) -> ChannelState:
        return self.app.uow.run(lambda work: work.channel_state("replay", "plum"))

    def said(self) -> list[str]:
        """What the customers can read of us."""
        return [post.text for post in self.network.by("plum")]


def open_square(house: Callable[..., App], **care: Any) -> Square:
    clock = Clock()
    app = house(Script(), articles=[article()], clock=clock, **care)
    network = MemoryNetwork(clock)
    channel = MemoryChannel(network, account="plum", brand="Plum", name="replay")
    received: list[Received] = []
    intake = Intake(uow=app.uow, ingest=app.ingest, sealer=app.sealer, clock=clock, received=received.extend)
    square = Square(
        app=app, clock=clock, network=network, channel=channel, intake=intake, deliver=None, received=received
    )
    square.deliver = square.worker("us")
    return square
