"""The loop an expert writes on JAX: an epoch in one `lax.scan`, parameters and Adam donated."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jobs import DENSE, FILTERS, JOBS, STRIDES, images
from worker import serve


def dense_parameters(key, sizes):
    parameters = []
    for k, (a, b) in zip(jax.random.split(key, len(sizes)), sizes, strict=True):
        limit = np.sqrt(6 / (a + b))
        parameters.append(
            (jax.random.uniform(k, (a, b), minval=-limit, maxval=limit), jnp.zeros(b))
        )
    return parameters


def mlp_sizes(job):
    widths = (784, *job.hidden)
    encoder = list(zip(widths[:-1], widths[1:], strict=True)) + [(widths[-1], job.latent)] * 2
    back = (job.latent, *job.hidden[::-1], 784)
    return encoder, list(zip(back[:-1], back[1:], strict=True))


def mlp(job):
    """Parameters and (encode, decode) of the dense jobs."""
    activation = jnp.tanh if job.samples else jax.nn.relu
    sizes = mlp_sizes(job)
    keys = jax.random.split(jax.random.key(0))
    parameters = [dense_parameters(k, s) for k, s in zip(keys, sizes, strict=True)]

    def encode(p, x):
        for w, b in p[:-2]:
            x = activation(x @ w + b)
        return [x @ w + b for w, b in p[-2:]]

    def decode(p, z):
        for w, b in p[:-1]:
            z = activation(z @ w + b)
        return z @ p[-1][0] + p[-1][1]

    return parameters, encode, decode


DN = ("NHWC", "HWIO", "NHWC")


def conv(x, w, stride):
    return lax.conv_general_dilated(x, w, (stride, stride), "SAME", dimension_numbers=DN)


def conv_net(job):
    """Parameters and (encode, decode) of the convolutional job."""
    key = jax.random.key(0)
    channels = (1, *FILTERS)

    def kernel(a, b):
        return 0.05 * jax.random.normal(jax.random.fold_in(key, a * 1000 + b), (3, 3, a, b))

    convs = [(kernel(a, b), jnp.zeros(b)) for a, b in zip(channels[:-1], channels[1:], strict=True)]
    flat = 14 * 14 * FILTERS[-1]
    enc_dense = dense_parameters(key, [(flat, DENSE), (DENSE, job.latent), (DENSE, job.latent)])
    dec_dense = dense_parameters(key, [(job.latent, DENSE), (DENSE, flat)])
    back = (FILTERS[-1], *FILTERS[::-1])
    transposed = [(kernel(a, b), jnp.zeros(b)) for a, b in zip(back[:-1], back[1:], strict=True)]
    head = (kernel(FILTERS[0], 1), jnp.zeros(1))
    parameters = [(convs, enc_dense), (dec_dense, transposed, head)]

    def encode(p, x):
        convs, dense = p
        for (w, b), s in zip(convs, STRIDES, strict=True):
            x = jax.nn.relu(conv(x, w, s) + b)
        h = jax.nn.relu(x.reshape(len(x), -1) @ dense[0][0] + dense[0][1])
        return [h @ w + b for w, b in dense[1:]]

    def decode(p, z):
        dense, transposed, head = p
        for w, b in dense:
            z = jax.nn.relu(z @ w + b)
        z = z.reshape(len(z), 14, 14, FILTERS[-1])
        for (w, b), s in zip(transposed, STRIDES[::-1], strict=True):
            z = lax.conv_transpose(z, w, (s, s), "SAME", dimension_numbers=DN)
            z = jax.nn.relu(z + b)
        return conv(z, head[0], 1) + head[1]

    return parameters, encode, decode


def elbo_loss(encode, decode):
    def loss(p, x, key):
        mean, log_var = encode(p[0], x)
        z = mean + jnp.exp(0.5 * log_var) * jax.random.normal(key, mean.shape)
        logits = decode(p[1], z)
        axes = tuple(range(1, x.ndim))
        reconstruction = jnp.sum(jax.nn.softplus(logits) - x * logits, axes)
        kl = 0.5 * jnp.sum(jnp.expm1(log_var) - log_var + mean**2, 1)
        return jnp.mean(reconstruction + kl)

    return loss


def iwae_loss(encode, decode, samples):
    def loss(p, x, key):
        mean, log_var = encode(p[0], x)
        noise = jax.random.normal(key, (samples, *mean.shape))
        z = mean + jnp.exp(0.5 * log_var) * noise
        logits = decode(p[1], z.reshape(-1, z.shape[-1])).reshape(samples, *x.shape)
        log_p = jnp.sum(x * logits - jax.nn.softplus(logits), -1)
        log_ratio = 0.5 * jnp.sum(z**2 - noise**2 - log_var, -1)
        return -jnp.mean(jax.nn.logsumexp(log_p - log_ratio, 0) - jnp.log(samples))

    return loss


def adam(parameters, gradients, m, v, t):
    tree = jax.tree.map
    m = tree(lambda m, g: 0.9 * m + 0.1 * g, m, gradients)
    v = tree(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradients)
    rate = 1e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    parameters = tree(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-7), parameters, m, v)
    return parameters, m, v


def main():
    job = JOBS[sys.argv[1]]
    parameters, encode, decode = mlp(job) if job.hidden else conv_net(job)
    loss = iwae_loss(encode, decode, job.samples) if job.samples else elbo_loss(encode, decode)
    x = jax.device_put(images(job.rows, (784,) if job.hidden else (28, 28, 1)))
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    state = (parameters, zeros, jax.tree.map(jnp.zeros_like, parameters), 0.0, jax.random.key(1))
    rng = np.random.default_rng(0)

    def step(state, rows):
        parameters, m, v, t, key = state
        key, noise = jax.random.split(key)
        value, gradients = jax.value_and_grad(loss)(parameters, x[rows], noise)
        parameters, m, v = adam(parameters, gradients, m, v, t + 1)
        return (parameters, m, v, t + 1, key), value

    scan = jax.jit(lambda state, rows: lax.scan(step, state, rows), donate_argnums=0)
    one = jax.jit(step, donate_argnums=0)

    def epoch():
        nonlocal state
        rows = rng.permutation(job.rows).reshape(job.steps, job.batch).astype("int32")
        if job.hidden:
            state, losses = scan(state, rows)
        else:  # XLA's CPU convolutions are ten times slower inside a loop
            for batch in rows:
                state, losses = one(state, batch)
        jax.block_until_ready(losses)

    serve(epoch)


if __name__ == "__main__":
    main()
