"""A run that is backed up after each epoch: `python killed_run.py FOLDER` dies in its third."""

import os
import sys

import keras
from checks import bits, quick_compile
from zoo import MODELS

EPOCHS = 4


class Die(keras.callbacks.Callback):
    """Ends the process in the middle of the third epoch, as a power cut would."""

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == (2, 0):
            os._exit(9)


def train(folder, callbacks=()):
    """The model and its history; goes on from what the folder holds."""
    keras.utils.set_random_seed(0)
    vae = quick_compile(MODELS["BernoulliVAE"](seed=0), keras.optimizers.Adam(0.01))
    backup = keras.callbacks.BackupAndRestore(folder)
    fit = {"epochs": EPOCHS, "batch_size": 8, "verbose": 0}
    return vae, vae.fit(bits(16), callbacks=[backup, *callbacks], **fit)


if __name__ == "__main__":
    train(sys.argv[1], [Die()])
