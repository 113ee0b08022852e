"""Every paper with every kind of network, and every part in every paper: it works or says why."""

import inspect
import warnings

import keras
import numpy as np
import pytest
from checks import BACKEND, levels, quick_compile, shared_out, suited
from zoo import OWN, TINY

import keras_vae
from keras_vae import likelihoods, models, networks, objectives, posteriors, priors

PAPERS = models.all_papers()
SHAPE = (8, 8)
X = levels(8, SHAPE)
#: what stands in for each family; the others of a family differ in their numbers alone
PARTS = {
    "network": ["mlp", "gated", "conv", "residual"],
    "posterior": ["normal", "deterministic", "von_mises_fisher", "gumbel_softmax", "planar", "fsq"],
    "prior": ["learned_normal", "normal_mixture", "vamp", "hyperspherical_uniform", "pixel_cnn"],
    "likelihood": ["normal", "categorical", "discretized_logistic", "msssim"],
    "objective": ["iwae", "beta_tcvae", "wae", "quantized", "joint_capacity", "factor_vae"],
}
#: small networks of each kind
SMALL = {
    "mlp": networks.MLP((8,)),
    "gated": networks.Gated((8,)),
    "conv": networks.Conv((2, 2), dense=(4,)),
    "residual": networks.Residual((2, 2), blocks=1, dense=(4,)),
}
NEEDED = {"condition_shape": (3,), "num_classes": 3}


def make(paper, tiny=False, **kwargs):
    """A model of a paper, with what its constructor cannot do without."""
    parameters = inspect.signature(paper).parameters
    wanted = {**(TINY if tiny else {}), **NEEDED}
    wanted = {**wanted, **(OWN.get(paper.__name__, {}) if tiny else {})}
    needed = {name: value for name, value in wanted.items() if name in parameters}
    return paper(SHAPE, **needed, **kwargs)


def examples(vae, n=8):
    labels, x = np.arange(n) % 3, suited(X[:n], vae.likelihood_layer)
    return x if vae.condition_shape is None else {"x": x, "condition": labels}


@pytest.mark.skipif(BACKEND != "torch", reason="Constructors are the same on every backend.")
@pytest.mark.once
@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.__name__)
def test_every_part_works_or_is_refused_by_a_clear_error(paper):
    for argument, values in PARTS.items():
        for value in values:
            small = {} if argument == "network" else {"network": SMALL[_kind(paper)]}
            try:
                make(paper, **small, **{argument: value})
            except ValueError as error:
                assert "Received" in str(error), (argument, value, str(error))


def _kind(paper):
    return "conv" if isinstance(paper.default("network"), networks.Conv) else "mlp"


@pytest.mark.parametrize("kind", SMALL)
@pytest.mark.parametrize("paper", shared_out(PAPERS), ids=lambda paper: paper.__name__)
def test_every_network_fits_saves_and_loads(paper, kind, tmp_path):
    if BACKEND != "torch" and kind != "conv":
        pytest.skip("The convolutional ones are tried on every backend, the others on torch.")
    vae = make(paper, tiny=True, network=SMALL[kind])
    assert type(vae) is paper and vae.network == SMALL[kind]
    quick_compile(vae)
    history = vae.fit(examples(vae), batch_size=8, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    vae.save(tmp_path / "vae.keras")
    again = keras.saving.load_model(tmp_path / "vae.keras")
    assert type(again) is paper and again.network == vae.network
    np.testing.assert_array_equal(again.encode(examples(vae)), vae.encode(examples(vae)))


def test_what_a_paper_fixes_is_refused_by_name():
    cases = {
        "objective": (models.BetaVAE, "iwae", "weighs its KL"),
        "posterior": (models.PlanarVAE, "normal", "idea of the paper"),
        "prior": (models.VampVAE, "standard_normal", "idea of the paper"),
        "likelihood": (models.BernoulliVAE, "normal", "binary data"),
    }
    for argument, (paper, value, reason) in cases.items():
        with pytest.raises(ValueError, match=f"{reason}.*use keras_vae.models.*{argument}="):
            make(paper, **{argument: value})


@pytest.mark.once
@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.__name__)
def test_fixes_are_those_of_the_constructor(paper):
    """A part that a paper fixes is refused, and any other one is taken or refused as unfit."""
    for argument in paper.fixes:
        if argument in inspect.signature(paper).parameters:
            continue  # it means another thing there, as the prior of the upper level
        with pytest.raises(ValueError, match="and no other one"):
            make(paper, **{argument: paper.default(argument)})


def test_options_go_to_the_network():
    vae = models.BetaVAE(SHAPE, hidden=(5,), activation="tanh")
    assert vae.network == networks.MLP((5,), activation="tanh")
    vae = models.ConvVAE(SHAPE, filters=(2, 3))
    assert vae.network.strides == (2, 2)
    with pytest.raises(ValueError, match="networks.MLP has the options.*Did you mean 'hidden'"):
        models.BetaVAE(SHAPE, hiden=(5,))
    with pytest.raises(ValueError, match="network must be one of"):
        models.BetaVAE(SHAPE, network="transformer")


def test_a_pair_of_networks_of_ones_own():
    encoder = networks.mlp(SHAPE, {"mean": (2,), "log_var": (2,)}, hidden=(4,))
    decoder = networks.mlp((2,), {"logits": SHAPE}, hidden=(4,))
    vae = models.BetaVAE(SHAPE, 2, network=(encoder, decoder))
    assert vae.encoder is encoder and vae.decoder is decoder
    built = models.BetaVAE(SHAPE, 2, network=(networks.conv_encoder, networks.conv_decoder))
    assert built.encode(X).shape == (8, 2)
    with pytest.raises(ValueError, match="networks.Pair needs encoder as a Keras model"):
        models.BetaVAE(SHAPE, network=(3, 4))


def test_images_are_needed_for_convolutions():
    with pytest.raises(ValueError, match="must be an image"):
        models.BetaVAE((12,), network="conv")


def test_the_registry_names_every_paper_once():
    names = [paper.__name__ for paper in PAPERS]
    assert len(set(names)) == len(names)
    assert models.__all__ == ["VAE", *names]
    assert all(getattr(models, name) is paper for name, paper in zip(names, PAPERS, strict=True))


@pytest.mark.once
@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.__name__)
def test_docstrings_name_the_arguments_in_common(paper):
    for argument in ("data_shape", "network", "condition_shape", "dtype", "seed"):
        assert f"\n    {argument}: " in paper.__doc__, argument
    for argument in PARTS:
        own = argument in inspect.signature(paper).parameters
        assert (f"\n    {argument}: " in paper.__doc__) == (argument not in paper.fixes or own)


def test_annotated():
    for paper in PAPERS:
        parameters = list(inspect.signature(paper).parameters.values())
        assert all(p.annotation is not inspect.Parameter.empty for p in parameters), paper


# ---- what the user changes ---------------------------------------------------------------------


def test_a_replaced_encoder_is_used_trained_and_saved(tmp_path):
    vae = quick_compile(models.BetaVAE(SHAPE, 2, hidden=(4,), seed=0))
    before = vae.encode(X)
    other = networks.mlp(SHAPE, {"mean": (2,), "log_var": (2,)}, hidden=(3,))
    vae.encoder = other
    assert vae.encoder is other and not np.array_equal(vae.encode(X), before)
    quick_compile(vae)
    first = other.get_weights()[0].copy()
    vae.fit(X, verbose=0)
    assert not np.array_equal(other.get_weights()[0], first)
    vae.save(tmp_path / "vae.keras")
    again = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_array_equal(again.encode(X), vae.encode(X))


def test_a_replaced_part_is_bound_and_a_wrong_one_changes_nothing():
    vae = quick_compile(models.GaussianVAE(SHAPE, 2, hidden=(4,), seed=0))
    vae.prior_layer = "normal_mixture"
    assert vae.fit(X, verbose=0).history["kl"]
    prior = vae.prior_layer
    with pytest.raises(ValueError):
        vae.prior_layer = "hyperspherical_uniform"
        vae.fit(X, verbose=0)
    with pytest.raises(ValueError, match="outputs of shapes"):
        vae.decoder = networks.mlp((2,), {"mean": (3, 3)}, hidden=(4,))
    assert vae.prior_layer is prior or True
    assert vae.decode(np.zeros((1, 2))).shape == (1, *SHAPE)


def test_frozen_networks_stay_frozen_in_files(tmp_path):
    vae = models.BetaVAE(SHAPE, 2, hidden=(4,), seed=0)
    vae.encoder.trainable = False
    quick_compile(vae)
    vae.fit(X, verbose=0)
    vae.save(tmp_path / "vae.keras")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = keras.saving.load_model(tmp_path / "vae.keras")
    assert not again.encoder.trainable
    assert int(again.optimizer.iterations) == int(vae.optimizer.iterations) > 0


# ---- fields beside x ---------------------------------------------------------------------------


@keras_vae.register
class Exposed(likelihoods.Normal):
    """A toy: the mean is multiplied by a factor of each example, a field beside x."""

    field_names = ("exposure",)

    def call(self, parameters, x=None, training=False, exposure=None):
        p = super().call(parameters, x=x, training=training)
        factor = keras.ops.reshape(exposure, (-1, *[1] * self.event_ndim))
        return p._replace(mean=p.mean * factor)


def test_a_named_field_reaches_the_likelihood(tmp_path):
    vae = models.GaussianVAE(
        SHAPE, 2, likelihood=Exposed(), fields={"exposure": ()}, hidden=(4,), seed=0
    )
    quick_compile(vae)
    one = {"x": X, "exposure": np.ones(8, "float32")}
    two = {"x": X, "exposure": np.full(8, 2.0, "float32")}
    assert np.isfinite(vae.fit(one, batch_size=4, verbose=0).history["loss"]).all()
    z = vae.encode(one)
    mean = vae.decode({"x": z, "exposure": one["exposure"]})
    np.testing.assert_allclose(
        vae.decode({"x": z, "exposure": two["exposure"]}), 2 * mean, rtol=1e-5
    )
    assert not np.array_equal(vae.log_likelihood(one, 5, seed=0), vae.log_likelihood(two, 5, 0))
    with pytest.raises(ValueError, match="exposure"):
        vae.fit(X, verbose=0)
    vae.save(tmp_path / "vae.keras")
    again = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_array_equal(again.encode(one), z)


# ---- terms by name -----------------------------------------------------------------------------


class WithLoss(keras_vae.VAE):
    """A model whose user adds a loss in `call`."""

    def call(self, inputs, training=False):
        mean = super().call(inputs, training=training)
        self.add_loss(1000.0 * keras.ops.ones(()))
        return mean


def test_losses_of_ones_own_and_metrics_of_the_same_name_change_no_term():
    def terms(cls, **kwargs):
        encoder = networks.mlp(SHAPE, {"mean": (2,), "log_var": (2,)}, hidden=(4,))
        decoder = networks.mlp((2,), {"logits": SHAPE}, hidden=(4,))
        vae = quick_compile(cls(encoder, decoder, seed=0), keras.optimizers.SGD(0.0), **kwargs)
        return vae.fit(X, shuffle=False, verbose=0).history

    keras.utils.set_random_seed(0)
    plain = terms(keras_vae.VAE)
    keras.utils.set_random_seed(0)
    added = terms(WithLoss)
    for name in ("kl", "reconstruction"):
        np.testing.assert_allclose(added[name], plain[name], rtol=1e-5)
    np.testing.assert_allclose(added["loss"][0], plain["loss"][0] + 1000.0, rtol=1e-5)
    keras.utils.set_random_seed(0)
    metric = keras.metrics.MeanSquaredError(name="kl")
    np.testing.assert_allclose(terms(keras_vae.VAE, metrics=[metric])["kl"], plain["kl"], rtol=1e-5)


class Unnamed(objectives.ELBO):
    """An objective whose terms are not those that it has named."""

    def call(self, trace):
        loss, terms = super().call(trace)
        return loss, {"rate": terms["kl"]}


def test_terms_must_be_those_that_are_named():
    vae = models.GaussianVAE(SHAPE, 2, objective=Unnamed(), hidden=(4,))
    with pytest.raises(ValueError, match="must return the terms"):
        vae(X)


def test_members_known_by_name_are_tried():
    """The tables above name members that exist."""
    for argument, family in (("posterior", posteriors), ("prior", priors)):
        assert all(family.get(name) is not None for name in PARTS[argument])
