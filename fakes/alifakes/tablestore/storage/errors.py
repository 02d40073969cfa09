"""Why a storage cannot be opened."""

from __future__ import annotations


class StorageError(Exception):
    """The message is a full sentence for the person who starts the server."""


class StorageVersionError(StorageError):
    """The file has another format, or is not ours at all."""


class StorageInUseError(StorageError):
    """Another process has the file open."""
