"""Commands over the key-value table."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.models import Entry


class UpdateEntry:
    def __init__(self, session: Session, key: int, value: bytes) -> None:
        self.session = session
        self.key = key
        self.value = value

    def run(self) -> Entry | None:
        entry = self.session.scalars(select(Entry).where(Entry.id == self.key)).one_or_none()
        if entry is not None:
            entry.value = self.value
            self.session.merge(entry)  # error: [session-merge]
            self.session.commit()
        return entry

    def run_fixed(self) -> Entry | None:
        entry = self.session.scalars(select(Entry).where(Entry.id == self.key)).one_or_none()
        if entry is not None:
            entry.value = self.value
            self.session.commit()
        return entry


class UpsertEntry:
    """`merge()` where it belongs: the entry is new to the session."""

    def __init__(self, session: Session, key: int, value: bytes) -> None:
        self.session = session
        self.entry = Entry(id=key, resource="permalink", value=value)

    def run(self) -> Entry:
        entry = self.session.merge(self.entry)
        self.session.commit()
        return entry
