"""All tables of all rooms. A room declares its own in `service/ROOM/tables.py`, and nothing else needs to be told."""

from __future__ import annotations

import importlib.util
import pkgutil

from sqlalchemy import MetaData

import service
from service.store.base import Base, Store


def metadata() -> MetaData:
    """Every table of the service."""
    for room in pkgutil.iter_modules(service.__path__, "service."):
        if room.ispkg and importlib.util.find_spec(f"{room.name}.tables"):
            importlib.import_module(f"{room.name}.tables")
    return Base.metadata


def create_all(store: Store) -> None:
    """Make every table as the code has it, in an empty database. Servers are migrated instead."""
    metadata().create_all(store.engine)
