"""keras_vae's `fit` on the backend of KERAS_BACKEND; with `--keras`, Keras' own loop."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from jobs import DENSE, FILTERS, JOBS, STRIDES, images
from worker import clock, serve

import keras_vae


def make(job):
    if not job.hidden:
        return keras_vae.models.ConvVAE(
            (28, 28, 1), job.latent, filters=FILTERS, strides=STRIDES, dense=(DENSE,), seed=0
        )
    objective = keras_vae.objectives.IWAE(job.samples) if job.samples else "elbo"
    activation = "tanh" if job.samples else "relu"
    return keras_vae.models.BernoulliVAE(
        (784,),
        job.latent,
        hidden=job.hidden,
        activation=activation,
        objective=objective,
        seed=0,
    )


class SecondEpoch(keras.callbacks.Callback):
    """Seconds from the end of the first epoch to the end of the second."""

    def on_epoch_end(self, epoch, logs=None):
        now = clock()
        self.seconds = now - getattr(self, "last", now)
        self.last = now


def main():
    job = JOBS[sys.argv[1]]
    vae = make(job)
    vae.compile("adam")
    vae.use_compiled_loop = "--keras" not in sys.argv
    x = images(job.rows, vae.data_shape)

    def epoch():
        timer = SecondEpoch()
        vae.fit(x, batch_size=job.batch, epochs=2, verbose=0, callbacks=[timer])
        return timer.seconds

    serve(epoch)


if __name__ == "__main__":
    main()
