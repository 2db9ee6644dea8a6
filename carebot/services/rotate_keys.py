"""Wrap every customer's data key with the installation's newest key."""

from __future__ import annotations

from carebot.core.ports import Sealer, UnitOfWork, Work


def rewrap_all(uow: UnitOfWork, sealer: Sealer) -> int:
    """How many customers' keys were wrapped again. What is sealed stays as it is: only its key's wrap changes.

    Page by page, so that messages go on being written; a process that ends in between is run again.
    """
    count, last = 0, ""

    def rewrap_page(work: Work) -> tuple[str, int]:
        page = work.wrapped_keys(after=last)
        for customer_id, wrapped in page:
            work.replace_wrapped_key(customer_id, sealer.rewrap(wrapped))
        return (page[-1][0] if page else ""), len(page)

    while True:
        last, done = uow.run(rewrap_page)
        if not done:
            return count
        count += done
