"""The loop an expert writes on TensorFlow: blocks of steps in one XLA-compiled `while_loop`."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from jobs import DENSE, FILTERS, JOBS, STRIDES, images
from worker import serve


def variable(*shape):
    limit = np.sqrt(6 / (np.prod(shape[:-1]) + shape[-1]))
    return tf.Variable(tf.random.uniform(shape, -limit, limit))


def dense(a, b):
    return variable(a, b), tf.Variable(tf.zeros(b))


def mlp(job):
    activation = tf.tanh if job.samples else tf.nn.relu
    widths = (784, *job.hidden)
    body = [dense(a, b) for a, b in zip(widths[:-1], widths[1:], strict=True)]
    heads = [dense(widths[-1], job.latent) for _ in range(2)]
    back = (job.latent, *job.hidden[::-1], 784)
    decoder = [dense(a, b) for a, b in zip(back[:-1], back[1:], strict=True)]

    def encode(x):
        for w, b in body:
            x = activation(x @ w + b)
        return [x @ w + b for w, b in heads]

    def decode(z):
        for w, b in decoder[:-1]:
            z = activation(z @ w + b)
        return z @ decoder[-1][0] + decoder[-1][1]

    return encode, decode, [v for pair in body + heads + decoder for v in pair]


def conv_net(job):
    channels = (1, *FILTERS)
    pairs = list(zip(channels[:-1], channels[1:], strict=True))
    convs = [(variable(3, 3, a, b), tf.Variable(tf.zeros(b))) for a, b in pairs]
    flat = 14 * 14 * FILTERS[-1]
    enc = [dense(flat, DENSE), dense(DENSE, job.latent), dense(DENSE, job.latent)]
    dec = [dense(job.latent, DENSE), dense(DENSE, flat)]
    back = (FILTERS[-1], *FILTERS[::-1])
    pairs = list(zip(back[:-1], back[1:], strict=True))
    transposed = [(variable(3, 3, b, a), tf.Variable(tf.zeros(b))) for a, b in pairs]
    head = variable(3, 3, FILTERS[0], 1), tf.Variable(tf.zeros(1))

    def encode(x):
        for (w, b), s in zip(convs, STRIDES, strict=True):
            x = tf.nn.relu(tf.nn.conv2d(x, w, s, "SAME") + b)
        h = tf.nn.relu(tf.reshape(x, (-1, flat)) @ enc[0][0] + enc[0][1])
        return [h @ w + b for w, b in enc[1:]]

    def decode(z):
        for w, b in dec:
            z = tf.nn.relu(z @ w + b)
        z, size = tf.reshape(z, (-1, 14, 14, FILTERS[-1])), 14
        for (w, b), s in zip(transposed, STRIDES[::-1], strict=True):
            size *= s
            shape = (tf.shape(z)[0], size, size, w.shape[2])
            z = tf.nn.relu(tf.nn.conv2d_transpose(z, w, shape, s) + b)
        return tf.nn.conv2d(z, head[0], 1, "SAME") + head[1]

    return encode, decode, [v for pair in [*convs, *enc, *dec, *transposed, head] for v in pair]


def elbo_loss(encode, decode, x, seed):
    mean, log_var = encode(x)
    noise = tf.random.stateless_normal(tf.shape(mean), seed, alg="philox")
    logits = decode(mean + tf.exp(0.5 * log_var) * noise)
    axes = list(range(1, len(x.shape)))
    reconstruction = tf.reduce_sum(tf.nn.softplus(logits) - x * logits, axes)
    kl = 0.5 * tf.reduce_sum(tf.math.expm1(log_var) - log_var + mean**2, 1)
    return tf.reduce_mean(reconstruction + kl)


def iwae_loss(encode, decode, x, seed, samples):
    mean, log_var = encode(x)
    noise = tf.random.stateless_normal((samples, x.shape[0], mean.shape[1]), seed, alg="philox")
    z = mean + tf.exp(0.5 * log_var) * noise
    logits = tf.reshape(decode(tf.reshape(z, (-1, z.shape[2]))), (samples, *x.shape))
    log_p = tf.reduce_sum(x * logits - tf.nn.softplus(logits), -1)
    log_ratio = 0.5 * tf.reduce_sum(z**2 - noise**2 - log_var, -1)
    return -tf.reduce_mean(tf.reduce_logsumexp(log_p - log_ratio, 0))


class Adam:
    def __init__(self, variables):
        self.variables = variables
        self.m = [tf.Variable(tf.zeros_like(v)) for v in variables]
        self.v = [tf.Variable(tf.zeros_like(v)) for v in variables]
        self.t = tf.Variable(0.0)

    def apply(self, gradients):
        self.t.assign_add(1.0)
        rate = 1e-3 * tf.sqrt(1 - 0.999**self.t) / (1 - 0.9**self.t)
        for p, g, m, v in zip(self.variables, gradients, self.m, self.v, strict=True):
            m.assign(0.9 * m + 0.1 * g)
            v.assign(0.999 * v + 0.001 * g * g)
            p.assign_sub(rate * m / (tf.sqrt(v) + 1e-7))


def main():
    job = JOBS[sys.argv[1]]
    encode, decode, variables = mlp(job) if job.hidden else conv_net(job)
    optimizer = Adam(variables)
    x = tf.convert_to_tensor(images(job.rows, (784,) if job.hidden else (28, 28, 1)))
    rng = np.random.default_rng(0)
    seed = tf.Variable([1, 0])

    def step(rows):
        batch = tf.gather(x, rows)
        seed.assign_add([0, 1])
        with tf.GradientTape() as tape:
            if job.samples:
                loss = iwae_loss(encode, decode, batch, seed, job.samples)
            else:
                loss = elbo_loss(encode, decode, batch, seed)
        optimizer.apply(tape.gradient(loss, variables))
        return loss

    # XLA for dense networks; for convolutions on a CPU, TensorFlow is faster without.
    @tf.function(jit_compile=bool(job.hidden), autograph=False)
    def loop(rows):
        steps = rows.shape[0]

        def body(i, _):
            return i + 1, step(rows[i])

        return tf.while_loop(lambda i, _: i < steps, body, (tf.constant(0), tf.constant(0.0)))[1]

    block = next(b for b in (60, 50, 40, 3) if job.steps % b == 0)

    def epoch():
        rows = rng.permutation(job.rows).reshape(-1, block, job.batch).astype("int32")
        for part in rows:
            value = loop(tf.constant(part))
        value.numpy()

    serve(epoch)


if __name__ == "__main__":
    main()
