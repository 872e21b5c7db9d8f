"""What one running LearnLoop is made of: settings, clock, database, queue and keys. Made once a process, at its top.

It holds no doors to the site (`worker.gateways`), so that the HTTP edge can be given it whole.
"""

from __future__ import annotations

from dataclasses import dataclass

from worker.clock import Clock
from worker.config import Settings
from worker.domain import links
from worker.domain.model import Prompt
from worker.errors import ConfigError
from worker.queue import Queue
from worker.queue.rows import RowQueue
from worker.store.database import Database
from worker.store.migrate import upgrade
from worker.store.seal import Keys, load_keys


@dataclass(frozen=True)
class Deployment:
    """The parts of a running LearnLoop."""

    settings: Settings
    clock: Clock
    db: Database
    queue: Queue
    keys: Keys

    def link(self, prompt: Prompt) -> str:
        """The address at which `prompt` can be answered."""
        return f"{self.settings.base_url}/answer/{links.sign(prompt, self.link_key)}"

    @property
    def link_key(self) -> bytes:
        """The key that signs links."""
        return self.keys.derive("links")

    def close(self) -> None:
        """Finish waiting writes and let go of the database."""
        self.db.close()


def assemble(settings: Settings, clock: Clock | None = None) -> Deployment:
    """Open the database, bring it to the newest schema and put the parts together.

    Raises ConfigError, also for a database that is only half moved to.
    """
    time = clock or Clock()
    keys = load_keys(settings.secret_key, settings.data)
    db = Database(settings.database_url)
    try:
        upgrade(db)
    except ConfigError:
        db.close()
        raise
    queue = RowQueue(db, time, threads=settings.threads, poll=settings.poll, lease=settings.lease)
    return Deployment(settings, time, db, queue, keys)
