"""Conditional VAE on MNIST with two latents, and a classifier that checks what it generates.

    KERAS_VAE_DATA=<folder of mnist.npz> KERAS_BACKEND=jax \
        python examples/mnist_conditional_digits.py

Where popular code differs:

- It gives the label to the decoder, or to the encoder, and shows ten hand-picked digits. Here both
  get it, and 10,000 digits are generated from draws of the whole prior: a classifier trained on the
  real images says how many are the digit that was asked for.
- It scales the noise by exp(log_var), which is the variance; the deviation is exp(log_var / 2).

The classifier sees grey training images and no generated ones; its accuracy on the test part bounds
what can be read out of it.
"""

import keras
import numpy as np
from keras import layers
from recipe import CROSS_ENTROPY, Recipe

import keras_vae

recipe = Recipe(__file__, epochs=20)
data = recipe.cut(keras_vae.datasets.mnist())
train, test = ({"x": part.x, "condition": part.y} for part in (data.train, data.test))

vae = keras_vae.models.ConditionalVAE(
    (28, 28), condition_shape=(10,), latent_dim=2, hidden=(512, 256), seed=recipe.seed
)
steps = recipe.epochs * len(data.train.x) // 100 + 1
vae.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.001, steps)))
recipe.fit(vae, data._replace(train=data.train._replace(x=train)), validation_data=(test,))

classifier = keras.Sequential(
    [
        keras.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(512, "relu"),
        layers.Dropout(0.3),
        layers.Dense(256, "relu"),
        layers.Dropout(0.3),
        layers.Dense(10),
    ]
)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
classifier.compile("adam", loss, metrics=["accuracy"])
classifier.fit(data.train.x, data.train.y, batch_size=200, epochs=min(8, recipe.epochs), verbose=2)


def accuracy(x, y):
    return np.mean(classifier.predict(x, batch_size=1000, verbose=0).argmax(axis=-1) == y)


asked = np.arange(recipe.images or 10_000) % 10
generated = vae.generate(condition=asked, seed=recipe.seed, verbose=0)
right = [accuracy(generated[asked == digit], digit) for digit in range(10)]

terms = vae.evaluate(test, batch_size=1000, verbose=0, return_dict=True)
numbers = {f"test_{name}": value for name, value in terms.items()}
numbers["classifier_accuracy_on_test_images"] = accuracy(data.test.x, data.test.y)
numbers["share_of_generated_images_that_are_the_asked_digit"] = accuracy(generated, asked)
numbers["the_same_of_the_worst_digit"] = min(right)
rows = vae.generate(condition=np.repeat(np.arange(10), 10), seed=recipe.seed, verbose=0)
recipe.save(keras_vae.plots.samples(rows, columns=10), "digits")
recipe.record(numbers, "MNIST, 60,000 / 10,000 test", CROSS_ENTROPY)
