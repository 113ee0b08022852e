"""Arguments of constructors that cannot be meant: refused where the user's own line is at fault.

Each message names the argument, what was expected and what came.
"""

import keras
import pytest
from toys import small_vae

from keras_vae import VAE, layers, likelihoods, models, networks, objectives, posteriors, priors
from keras_vae.callbacks import CyclicalKLWarmup, LinearKLWarmup, SigmoidKLWarmup
from keras_vae.likelihoods import Categorical, DiscretizedLogistic, OptimalNormal

NAN, INF = float("nan"), float("inf")
SHAPE = "`data_shape` must be a tuple of positive integers, without batch axis"
LATENT = "`latent_dim` must be a positive integer"


def encoder(**shapes):
    return networks.mlp((6,), shapes or {"mean": (2,), "log_var": (2,)}, hidden=(4,))


def decoder(latent_dim=2, **shapes):
    return networks.mlp((latent_dim,), shapes or {"logits": (6,)}, hidden=(4,))


def vae(**kwargs):
    return VAE(**{"encoder": encoder(), "decoder": decoder(), **kwargs})


def used(part, event_shape):
    """A part that serves another model already."""
    part.build_once(event_shape)
    return part


class Subclassed(keras.Model):
    def call(self, x):
        return x


# what the user wrote, and what the message must say of expected and received
NUMBERS = {
    "beta": (lambda: objectives.ELBO(beta=-5), "`beta` must be a number >= 0", "beta=-5"),
    "beta is NaN": (lambda: objectives.ELBO(beta=NAN), "`beta` must be a number >= 0", "beta=nan"),
    "beta is a string": (
        lambda: objectives.ELBO(beta="4"),
        "`beta` must be a number >= 0",
        "beta='4'",
    ),
    "beta of a model": (
        lambda: models.BetaVAE((6,), beta=-1),
        "`beta` must be a number >= 0",
        "beta=-1",
    ),
    "free bits": (
        lambda: objectives.ELBO(free_bits=-1),
        "`free_bits` must be a number >= 0",
        "free_bits=-1",
    ),
    "no latents": (lambda: small_vae(latent_dim=0), LATENT, "latent_dim=0"),
    "negative latents": (lambda: small_vae(latent_dim=-1), LATENT, "latent_dim=-1"),
    "part of a latent": (lambda: small_vae(latent_dim=2.5), LATENT, "latent_dim=2.5"),
    "latents in a string": (lambda: small_vae(latent_dim="2"), LATENT, "latent_dim='2'"),
    "latents as a bool": (lambda: small_vae(latent_dim=True), LATENT, "latent_dim=True"),
    "momentum": (lambda: OptimalNormal(momentum=1), "0 <= momentum < 1", "momentum=1"),
    "negative momentum": (
        lambda: OptimalNormal(momentum=-0.1),
        "`momentum` must be a number >= 0",
        "momentum=-0.1",
    ),
    "momentum is a string": (
        lambda: OptimalNormal(momentum="a"),
        "`momentum` must be a number >= 0",
        "momentum='a'",
    ),
    "least scale": (
        lambda: OptimalNormal(min_scale=0),
        "`min_scale` must be a number > 0",
        "min_scale=0",
    ),
    "scale": (lambda: likelihoods.Normal(scale=0), "`scale` must be a number > 0", "scale=0"),
    "infinite scale": (
        lambda: likelihoods.Normal(scale=INF),
        "`scale` must be a number > 0",
        "scale=inf",
    ),
    "initial scale": (
        lambda: likelihoods.SharedNormal(initial_scale="a"),
        "`initial_scale` must be a number > 0",
        "initial_scale='a'",
    ),
    "Laplace's scale": (
        lambda: likelihoods.Laplace(min_scale=-1),
        "`min_scale` must be a number > 0",
        "min_scale=-1",
    ),
    "one level": (
        lambda: Categorical(num_levels=1),
        "`num_levels` must be an integer >= 2",
        "num_levels=1",
    ),
    "part of a level": (
        lambda: DiscretizedLogistic(num_levels=2.5),
        "`num_levels` must be an integer >= 2",
        "num_levels=2.5",
    ),
    "components": (
        lambda: priors.NormalMixture(num_components=0),
        "`num_components` must be a positive integer",
        "num_components=0",
    ),
    "spread": (lambda: priors.NormalMixture(spread=0), "`spread` must be a number > 0", "spread=0"),
    "reversed range": (
        lambda: posteriors.Normal(log_var_range=(1, 0)),
        "low < high",
        "log_var_range=(1, 0)",
    ),
    "range of one": (
        lambda: posteriors.Normal(log_var_range=3),
        "(low, high)",
        "log_var_range=3",
    ),
    "empty range": (
        lambda: likelihoods.HeteroscedasticNormal(log_var_range=(5, 5)),
        "low < high",
        "log_var_range=(5, 5)",
    ),
    "KL weight of a layer": (
        lambda: layers.LatentSampling(kl_weight=-1),
        "`kl_weight` must be a number >= 0",
        "kl_weight=-1",
    ),
    "warm-up of no epochs": (
        lambda: LinearKLWarmup(epochs=0),
        "`epochs` must be a number > 0",
        "epochs=0",
    ),
    "warm-up of a string": (
        lambda: SigmoidKLWarmup(epochs="3"),
        "`epochs` must be a number > 0",
        "epochs='3'",
    ),
    "warm-up from below": (
        lambda: LinearKLWarmup(3, start=-1),
        "`start` must be a number >= 0",
        "start=-1",
    ),
    "warm-up to below": (
        lambda: LinearKLWarmup(3, stop=-1),
        "`stop` must be a number >= 0",
        "stop=-1",
    ),
    "cycles": (
        lambda: CyclicalKLWarmup(3, num_cycles=1.5),
        "`num_cycles` must be a positive integer",
        "num_cycles=1.5",
    ),
    "rise": (lambda: CyclicalKLWarmup(3, rise=1.5), "rise <= 1", "rise=1.5"),
    "no rise": (lambda: CyclicalKLWarmup(3, rise=0), "`rise` must be a number > 0", "rise=0"),
    "cycle length": (
        lambda: CyclicalKLWarmup(-1),
        "`cycle_epochs` must be a number > 0",
        "cycle_epochs=-1",
    ),
}

SHAPES = {
    "a number": (lambda: small_vae(data_shape=784), SHAPE, "data_shape=784"),
    "empty": (lambda: small_vae(data_shape=()), SHAPE, "data_shape=()"),
    "a zero": (lambda: small_vae(data_shape=(28, 0)), SHAPE, "data_shape=(28, 0)"),
    "a batch axis": (lambda: small_vae(data_shape=(None, 28)), SHAPE, "data_shape=(None, 28)"),
    "floats": (lambda: small_vae(data_shape=(28.0, 28)), SHAPE, "data_shape=(28.0, 28)"),
    "bools": (lambda: small_vae(data_shape=(True, 28)), SHAPE, "data_shape=(True, 28)"),
    "a string": (lambda: small_vae(data_shape="28"), SHAPE, "data_shape='28'"),
    "hidden is a number": (lambda: small_vae(hidden=512), "tuple of positive", "hidden=512"),
    "hidden has a zero": (lambda: small_vae(hidden=(0,)), "positive integers", "hidden=(0,)"),
    "hidden is None": (lambda: small_vae(hidden=None), "tuple of positive", "hidden=None"),
    "an image model of vectors": (
        lambda: models.ConvVAE((6,)),
        "an image, (height, width)",
        "input_shape=(6,)",
    ),
    "filters and strides": (
        lambda: models.ConvVAE((8, 8), filters=(2,), strides=(1, 2)),
        "one entry for each stage",
        "filters=(2,), strides=(1, 2)",
    ),
    "pooling": (
        lambda: models.ConvVAE((8, 8), filters=(2,), strides=(1,), pooling="mx"),
        "['average', 'max']",
        "pooling='mx'",
    ),
}

NAMES = {
    "posterior": (lambda: vae(posterior="norml"), "Did you mean 'normal'?", "posterior='norml'"),
    "prior": (
        lambda: vae(prior="standard_norml"),
        "Did you mean 'standard_normal'?",
        "prior='standard_norml'",
    ),
    "likelihood": (
        lambda: vae(likelihood="bernouli"),
        "Did you mean 'bernoulli'?",
        "likelihood='bernouli'",
    ),
    "likelihood by its class's name": (
        lambda: vae(likelihood="OptimalNormal"),
        "Did you mean 'optimal_normal'?",
        "likelihood='OptimalNormal'",
    ),
    "objective": (lambda: vae(objective="elb"), "Did you mean 'elbo'?", "objective='elb'"),
    "likelihood of a layer": (
        lambda: layers.DataSampling("bernouli"),
        "Did you mean 'bernoulli'?",
        "likelihood='bernouli'",
    ),
    "a class": (
        lambda: vae(likelihood=likelihoods.Bernoulli),
        "Did you mean an instance, Bernoulli()?",
        "likelihood=<class",
    ),
    "None": (lambda: vae(prior=None), "must be one of ['code_transformer'", "prior=None"),
    "a part of another family": (
        lambda: vae(prior=likelihoods.Bernoulli()),
        "an instance of Prior",
        "prior=<Bernoulli",
    ),
    "activation": (lambda: small_vae(activation="rleu"), "activation function", "rleu"),
    "dtype": (lambda: small_vae(dtype="float17"), "DTypePolicy", "float17"),
    "an argument": (lambda: small_vae(latent_dims=3), "has the options", "latent_dims=3"),
    "seed": (
        lambda: small_vae(seed="a"),
        "`seed` must be an integer from 0 to 2**31 - 1",
        "seed='a'",
    ),
    "negative seed": (lambda: small_vae(seed=-1), "`seed` must be an integer from 0", "seed=-1"),
}

NETWORKS = {
    "encoder with one output": (
        lambda: vae(encoder=encoder(mean=(2,))),
        "needs 2 parameter tensor(s), ['mean', 'log_var']",
        "1 tensor(s)",
    ),
    "encoder with three outputs": (
        lambda: vae(encoder=encoder(mean=(2,), log_var=(2,), more=(2,))),
        "needs 2 parameter tensor(s), ['mean', 'log_var']",
        "3 tensor(s)",
    ),
    "encoder's outputs of two shapes": (
        lambda: vae(encoder=encoder(mean=(2,), log_var=(3,))),
        "mean and log_var of one shape",
        "(2,) and (3,)",
    ),
    "encoder is a function": (
        lambda: vae(encoder=lambda x: x),
        "encoder as a Keras model or layer",
        "encoder=<function",
    ),
    "no encoder": (lambda: vae(encoder=None), "a Keras model or layer", "encoder=None"),
    "decoder is a name": (lambda: vae(decoder="mlp"), "decoder as a Keras model", "decoder='mlp'"),
    "encoder of an unknown input": (
        lambda: vae(encoder=keras.Sequential([keras.layers.Dense(2)])),
        "an encoder with a known input shape",
        "data_shape=None",
    ),
    "subclassed encoder": (
        lambda: vae(encoder=Subclassed()),
        "or data_shape=(...)",
        "encoder=<Subclassed",
    ),
    "encoder of another data shape": (lambda: vae(data_shape=(7,)), "(None, 6)", "(None, 7)"),
    "decoder of another data shape": (
        lambda: vae(decoder=decoder(logits=(5,))),
        "outputs of shapes {'logits': (6,)}",
        "outputs of shapes [(5,)]",
    ),
    "decoder of another latent": (lambda: vae(decoder=decoder(3)), "(None, 3)", "(None, 2)"),
    "decoder with an output too many": (
        lambda: vae(decoder=decoder(logits=(6,), more=(6,))),
        "needs 1 parameter tensor(s), ['logits']",
        "2 tensor(s)",
    ),
    "decoder without a variance": (
        lambda: vae(likelihood="heteroscedastic_normal"),
        "needs 2 parameter tensor(s), ['mean', 'log_var']",
        "1 tensor(s)",
    ),
    "decoder without levels": (
        lambda: vae(likelihood=Categorical(4)),
        "outputs of shapes {'logits': (6, 4)}",
        "outputs of shapes [(6,)]",
    ),
    "a likelihood of two data shapes": (
        lambda: vae(likelihood=used(likelihoods.SharedNormal(), (5,))),
        "was built for events of shape (5,); a part cannot serve two shapes",
        "event_shape=(6,)",
    ),
    "a prior of two latents": (
        lambda: vae(prior=used(priors.LearnedNormal(), (3,))),
        "was built for events of shape (3,); a part cannot serve two shapes",
        "event_shape=(2,)",
    ),
    "a posterior of two latents": (
        lambda: vae(posterior=used(posteriors.Normal(), (3,))),
        "was built for events of shape (3,); a part cannot serve two shapes",
        "event_shape=(2,)",
    ),
    "a dict of other parameters": (
        lambda: posteriors.Normal().unpack({"mean": 0, "variance": 1}),
        "needs the parameters ['mean', 'log_var']",
        "a dict with ['mean', 'variance']",
    ),
}

CASES = {
    f"{group}: {name}": case
    for group, cases in [
        ("number", NUMBERS),
        ("shape", SHAPES),
        ("name", NAMES),
        ("network", NETWORKS),
    ]
    for name, case in cases.items()
}


@pytest.mark.parametrize("name", CASES)
def test_refused_with_expected_and_received(name):
    make, expected, received = CASES[name]
    with pytest.raises(ValueError) as error:
        make()
    assert expected in str(error.value)
    assert received in str(error.value)
