"""Flow posteriors: what they ask of an encoder, and the bound that they give."""

import functools

import keras
import numpy as np
import pytest
from checks import quick_compile
from toys import LinearGaussian, compute, tensor

from keras_vae import VAE, likelihoods, networks, posteriors

SMALL = {"hidden": (6,), "context_dim": 2}
POSTERIORS = {
    "planar": functools.partial(posteriors.Planar, num_flows=2),
    "radial": functools.partial(posteriors.Radial, num_flows=2),
    "orthogonal": functools.partial(posteriors.Sylvester, "orthogonal", num_flows=2),
    "householder": functools.partial(
        posteriors.Sylvester, "householder", num_flows=2, num_vectors=3
    ),
    "triangular": functools.partial(posteriors.Sylvester, "triangular", num_flows=2),
    "iaf": functools.partial(posteriors.IAF, num_flows=3, **SMALL),
    "real_nvp": functools.partial(posteriors.RealNVP, num_flows=2, **SMALL),
}
every = pytest.mark.parametrize("name", POSTERIORS)

SHAPES = {
    "planar": {"u": (2, 3), "w": (2, 3), "b": (2,)},
    "radial": {"center": (2, 3), "alpha": (2,), "beta": (2,)},
    "orthogonal": {
        "triangles": (2, 3, 3),
        "diagonals": (2, 2, 3),
        "b": (2, 3),
        "vectors": (2, 3, 3),
    },
    "householder": {
        "triangles": (2, 3, 3),
        "diagonals": (2, 2, 3),
        "b": (2, 3),
        "vectors": (2, 3, 3),
    },
    "triangular": {"triangles": (2, 3, 3), "diagonals": (2, 2, 3), "b": (2, 3)},
    "iaf": {"context": (2,)},
    "real_nvp": {"context": (2,)},
}


@every
def test_parameter_shapes_and_the_latent_that_they_tell(name):
    posterior = POSTERIORS[name]()
    shapes = posterior.parameter_shapes((3,))
    assert shapes == {"mean": (3,), "log_var": (3,), **SHAPES[name]}
    assert posterior.parameter_names == tuple(shapes)
    assert posterior.latent_shape(list(shapes.values())) == (3,)


def test_orthogonal_columns_are_at_most_the_latents():
    shapes = posteriors.Sylvester(num_vectors=8).parameter_shapes((20,))
    assert shapes["vectors"] == (4, 20, 8) and shapes["triangles"] == (4, 8, 8)


def outputs(posterior, batch=5, size=3, seed=0):
    """Random parameters of a posterior, built for latents of a size, a dict of arrays."""
    posterior.build_once((size,))
    rng = np.random.default_rng(seed)
    shapes = posterior.parameter_shapes((size,))
    return {name: rng.normal(size=(batch, *shape)) for name, shape in shapes.items()}


def perturbed(posterior, seed=0):
    """With random numbers for all weights of its networks."""
    rng = np.random.default_rng(seed)
    for weight in posterior.weights:
        weight.assign(0.5 * rng.normal(size=weight.shape))
    return posterior


@every
def test_examples_have_posteriors_of_their_own(name):
    posterior = POSTERIORS[name]()
    values = outputs(posterior)
    perturbed(posterior)

    def draw(rows):
        q = posterior({name: tensor(value[rows]) for name, value in values.items()})
        return q.mean, *q.flow.forward(q.base.mean + tensor(np.ones((2, 1, 3))))

    together, apart = compute(lambda: draw(slice(None))), compute(lambda: draw(slice(1, 2)))
    np.testing.assert_allclose(together[0][1:2], apart[0], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(together[1][:, 1:2], apart[1], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(together[2][:, 1:2], apart[2], rtol=1e-4, atol=1e-5)


@every
def test_log_variance_is_clipped_and_all_stays_finite(name):
    posterior = POSTERIORS[name](log_var_range=(-4.0, 1.0))
    values = {name: 20.0 * np.sign(value) for name, value in outputs(posterior).items()}
    values["log_var"] = np.where(values["log_var"] > 0, 1e30, -1e30)
    q = posterior({name: tensor(value) for name, value in values.items()})
    log_var = compute(lambda: q.base.log_var)
    np.testing.assert_array_equal(log_var, np.clip(values["log_var"], -4.0, 1.0))
    for values in compute(lambda: q.sample_and_log_prob(3, seed=0)):
        assert np.all(np.isfinite(values))


@every
def test_config_is_kept(name):
    posterior = POSTERIORS[name](log_var_range=(-4.0, 1.0))
    config = keras.saving.serialize_keras_object(posterior)
    restored = keras.saving.deserialize_keras_object(config)
    assert type(restored) is type(posterior)
    assert restored.parameter_shapes((3,)) == posterior.parameter_shapes((3,))
    assert tuple(restored.log_var_range) == (-4.0, 1.0)


@pytest.mark.parametrize("name", ["planar", "radial", "sylvester", "iaf", "real_nvp"])
def test_found_by_name(name):
    assert posteriors.get(name).parameter_shapes((2,))


@pytest.mark.parametrize(
    "make, message",
    [
        (
            lambda: posteriors.Planar(0),
            "Planar: `num_flows` must be a positive integer. Received: num_f",
        ),
        (lambda: posteriors.Radial(log_var_range=(1, 0)), "log_var_range"),
        (lambda: posteriors.Sylvester("square"), "kind of .*orthogonal.* Received: kind='square'"),
        (
            lambda: posteriors.Sylvester(num_vectors=0),
            "`num_vectors` must be a positive integer. Received: num_vectors=0",
        ),
        (
            lambda: posteriors.IAF(context_dim=0),
            "`context_dim` must be a positive integer. Received: context_dim=0",
        ),
        (
            lambda: posteriors.RealNVP(context_dim=1.5),
            "`context_dim` must be a positive integer. Received: context_dim",
        ),
        (lambda: posteriors.IAF().parameter_shapes((2, 2)), "vectors. Received: .*(2, 2)"),
        (lambda: posteriors.Planar(2).latent_shape([(3,), (3,), (2, 3), (2, 3), (3,)]), "Received"),
        (lambda: posteriors.Planar(2).latent_shape([(3,), (2,), (2, 3), (2, 3), (2,)]), "Received"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


LINEAR = LinearGaussian()
X = LINEAR.sample(6)


def linear_vae(posterior, seed=0):
    """The linear-Gaussian model, and a flow, the same for all x, that takes its posterior off."""
    data_dim, latent_dim = LINEAR.weights.shape
    encoder = networks.mlp((data_dim,), posterior.parameter_shapes((latent_dim,)), hidden=())
    decoder = networks.mlp((latent_dim,), {"mean": (data_dim,)}, hidden=())
    decoder.set_weights([LINEAR.weights.T, LINEAR.bias])
    kernel = LINEAR.weights / LINEAR.scale**2 * LINEAR.variance
    rng = np.random.default_rng(seed)
    for layer in encoder.layers:
        shapes = [weight.shape for weight in layer.weights]
        if shapes:
            layer.set_weights([np.zeros(shapes[0]), 0.2 * rng.normal(size=shapes[1])])
    encoder.get_layer("mean").set_weights([kernel, -LINEAR.bias @ kernel])
    encoder.get_layer("log_var").set_weights([0 * kernel, np.log(LINEAR.variance) + 0.4])
    likelihood = likelihoods.Normal(scale=LINEAR.scale)
    vae = VAE(encoder, decoder, posterior=posterior, likelihood=likelihood)
    for weight in posterior.weights:
        weight.assign(0.2 * rng.normal(size=weight.shape))
    for network in getattr(posterior, "networks", []):
        # Gates next to open: halves of what they let through would be far from any posterior.
        network.biases[-1].assign([0.1, -0.1, 4.0, 4.0])
    return quick_compile(vae)


@pytest.mark.parametrize("name", ["planar", "radial", "orthogonal", "householder", "iaf"])
def test_log_likelihood_of_a_linear_model_is_the_exact_one(name):
    vae = linear_vae(POSTERIORS[name]())
    estimate, error = vae.log_likelihood(X, 4000, seed=0, return_standard_error=True)
    # The flow has moved the posterior, so that the weights differ, and yet is not lost.
    assert np.all((error > 1e-4) & (error < 0.2))
    assert np.all(np.abs(estimate - LINEAR.log_prob(X)) < 4 * error)
