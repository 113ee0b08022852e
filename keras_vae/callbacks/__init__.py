"""Callbacks for `fit`."""

from keras_vae.callbacks.backup_and_restore import BackupAndRestore

__all__ = ["BackupAndRestore"]
