"""Papers without a constructor by hand: the one that is built from `own_parts`, and its help."""

import collections
import copy
import inspect
import pickle
import pydoc
import typing
from pathlib import Path

import keras
import numpy as np
import pytest
from checks import levels, quick_compile

import keras_vae
from keras_vae import likelihoods, models, objectives
from keras_vae.models import Paper, Parts, paper_docs

SHAPE = (8, 8)
X = levels(8, SHAPE)
PAPERS = models.all_papers()
BUILT = [paper for paper in PAPERS if hasattr(paper.__init__, "from_own_parts")]
#: constructors as their users know them
SIGNATURES = {
    "BetaVAE": "(data_shape, latent_dim=10, beta=4.0, **kwargs)",
    "GaussianVAE": "(data_shape, latent_dim=2, **kwargs)",
    "IWAE": "(data_shape, latent_dim=50, num_samples=50, gradient='standard', **kwargs)",
    "VampVAE": "(data_shape, latent_dim=40, num_components=500, **kwargs)",
    "LFQVAE": (
        "(data_shape, num_bits=10, entropy_weight=1.0, commitment_weight=0.25, normalize=True, "
        "**kwargs)"
    ),
    "CategoricalVAE": (
        "(data_shape, num_variables=20, num_categories=10, temperature=1.0, "
        "straight_through=False, **kwargs)"
    ),
    "JointVAE": (
        "(data_shape, latent_dim=10, num_categories=(10,), gamma=30.0, continuous_capacity=5.0, "
        "discrete_capacity=5.0, temperature=0.67, **kwargs)"
    ),
    "ConditionalVAE": "(data_shape, condition_shape, latent_dim=2, **kwargs)",
}
every_built = pytest.mark.parametrize("paper", BUILT, ids=lambda paper: paper.__name__)


@pytest.fixture(autouse=True)
def registry_as_it_was():
    """Papers of these tests are in no registry when other tests look."""
    yield
    models.FAMILIES.pop("of a user", None)


def soft_vae():
    """A paper as a user writes one."""

    class SoftVAE(Paper, family="of a user"):
        defaults = {"latent_dim": 2, "likelihood": "normal"}

        def own_parts(self, beta=0.5):
            return Parts(objective=objectives.ELBO(beta=beta))

    return SoftVAE


def by_hand():
    """A paper with an `__init__`, a decorator, and a family among its attributes."""

    @keras_vae.register
    class ByHand(Paper):
        family = "of a user"
        fixes = {"objective": "its KL is weak"}

        def __init__(self, data_shape, beta, latent_dim=2, **kwargs):
            fixed = {"objective": objectives.ELBO(beta=beta)}
            super().__init__(data_shape, latent_dim, fixed=fixed, **kwargs)

    return ByHand


def fitted_and_loaded(vae, path):
    quick_compile(vae)
    vae.fit(X, batch_size=4, verbose=0)
    vae.save(path / "vae.keras")
    again = keras.saving.load_model(path / "vae.keras")
    assert type(again) is type(vae)
    np.testing.assert_array_equal(again.encode(X), vae.encode(X))
    return again


# ---- signatures --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SIGNATURES)
def test_the_signature_is_the_one_that_users_know(name):
    signature = inspect.signature(getattr(models, name))
    bare = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    assert str(inspect.Signature(bare)) == SIGNATURES[name]


@every_built
def test_a_built_constructor_looks_like_one_by_hand(paper):
    init = paper.__init__
    assert init.__name__ == "__init__" and init.__qualname__ == f"{paper.__name__}.__init__"
    assert init.__module__ == paper.__module__
    parameters = inspect.signature(paper).parameters
    assert {"self", *parameters} == set(inspect.signature(init).parameters)
    annotations = {name: p.annotation for name, p in parameters.items()}
    assert init.__annotations__ == {**annotations, "return": None}
    assert typing.get_type_hints(init).keys() == init.__annotations__.keys()
    spec = inspect.getfullargspec(init)
    assert spec.args == ["self", *list(parameters)[:-1]] and spec.varkw == "kwargs"


@every_built
def test_help_and_pickle_know_the_signature(paper):
    text = pydoc.plain(pydoc.render_doc(paper))
    assert f"\n |  {paper.__name__}(data_shape: tuple[int, ...], " in text
    assert "(self, *args" not in text.split("own_parts(")[0]
    signature = inspect.signature(paper)
    assert pickle.loads(pickle.dumps(signature)) == copy.deepcopy(signature) == signature


# ---- calls -------------------------------------------------------------------------------------


def test_arguments_by_place_and_by_name_are_the_same():
    by_place = models.BetaVAE(SHAPE, 3, 2.0, hidden=(4,), seed=1, name="b")
    by_name = models.BetaVAE(
        seed=1, hidden=(4,), beta=2.0, name="b", latent_dim=3, data_shape=SHAPE
    )
    again = models.BetaVAE.from_config(by_name.get_config())
    config, *others = ({**vae.get_config(), "network": None} for vae in (by_name, by_place, again))
    assert others == [config, config]
    assert config["latent_dim"] == 3 and config["beta"] == 2.0
    assert "hidden" not in config  # it is in the network


@every_built
def test_a_wrong_call_names_the_class(paper):
    name = rf"{paper.__name__}\.__init__\(\) "
    with pytest.raises(TypeError, match=name + "missing a required argument: 'data_shape'"):
        paper()
    with pytest.raises(TypeError, match=name + "got too many positional arguments"):
        paper(SHAPE, *range(20))
    with pytest.raises(TypeError, match=name + "got multiple values for argument 'data_shape'"):
        paper(SHAPE, data_shape=SHAPE)


def test_options_that_no_network_has_are_refused_by_name():
    with pytest.raises(ValueError, match="Did you mean 'hidden'"):
        models.BetaVAE(SHAPE, hiden=(3,))


def test_own_parts_sees_what_it_asks_for_after_the_star():
    vae = models.VampVAE(SHAPE, 2, 3, hidden=(4,), seed=5)
    assert vae.prior_layer.get_config()["seed"] == 5
    assert models.VampVAE(SHAPE, 2, 3, hidden=(4,)).prior_layer.get_config()["seed"] is None
    assert models.JointVAE(SHAPE, 3, (2, 4), hidden=(4,)).encode(X).shape == (8, 9)
    with pytest.raises(ValueError, match="JointVAE: `latent_dim` must be"):
        models.JointVAE(SHAPE, 0)


def test_own_parts_can_ask_only_for_arguments_of_the_constructor():
    with pytest.raises(TypeError, match=r"Asks.own_parts must take .*'seed'.*Received: \['sed'\]"):

        class Asks(Paper):
            def own_parts(self, *, sed):
                return Parts()


# ---- papers of a user --------------------------------------------------------------------------


def test_a_paper_of_five_lines_fits_saves_and_loads(tmp_path):
    SoftVAE = soft_vae()
    assert SoftVAE in models.FAMILIES["of a user"] and "SoftVAE" not in models.__all__
    assert "    latent_dim: int, length of one latent. Defaults to `2`." in SoftVAE.__doc__
    vae = SoftVAE(SHAPE, beta=0.25, hidden=(4,), seed=0)
    assert isinstance(vae.likelihood_layer, likelihoods.Normal)
    again = fitted_and_loaded(vae, tmp_path)
    assert float(again.objective.kl_weight) == 0.25
    with pytest.raises(ValueError, match="SoftVAE has the objective ELBO, and no other one"):
        SoftVAE(SHAPE, objective="iwae")


def test_a_paper_by_hand_goes_on_working(tmp_path):
    ByHand = by_hand()
    assert str(inspect.signature(ByHand)) == "(data_shape, beta, latent_dim=2, **kwargs)"
    vae = ByHand(SHAPE, 0.25, hidden=(4,), seed=0)
    again = fitted_and_loaded(vae, tmp_path)
    assert again.get_config()["beta"] == 0.25


def test_a_paper_of_a_paper_gets_its_own_defaults_and_parts(tmp_path):
    class Wide(models.BetaVAE, family="of a user"):
        defaults = {"latent_dim": 3}

    class Half(models.BetaVAE, family="of a user"):
        def own_parts(self, weight=0.5):
            return super().own_parts(weight)

    assert inspect.signature(Wide).parameters["latent_dim"].default == 3
    assert Wide.default("likelihood") == "bernoulli"
    vae = Half(SHAPE, 2, 0.25, hidden=(4,))
    assert float(vae.objective.kl_weight) == 0.25
    assert vae.get_config()["weight"] == 0.25 and "beta" not in vae.get_config()


def test_without_a_default_latent_dim_is_required():
    class Plain(Paper, family="of a user"):
        pass

    with pytest.raises(TypeError, match=r"Plain.__init__\(\) missing .*'latent_dim'"):
        Plain(SHAPE)
    assert Plain(SHAPE, (2,), hidden=(4,)).encode(X).shape == (8, 2)


def test_a_class_that_is_defined_twice_is_listed_once():
    def define():
        class Again(Paper, family="of a user"):
            pass

        return Again

    first, second = define(), define()
    assert second in models.FAMILIES["of a user"] and first not in models.FAMILIES["of a user"]


# ---- docstrings --------------------------------------------------------------------------------


def test_a_docstring_is_completed():
    doc = models.BetaVAE.__doc__
    assert doc.index("\nArgs:\n") < doc.index("\nRaises:\n") < doc.index("\nReference:\n    - [")
    assert doc.endswith(
        """
Example:

>>> x = keras_vae.datasets.digits().train.x
>>> vae = keras_vae.models.BetaVAE(x.shape[1:], latent_dim=4, beta=4.0, hidden=(64,))
>>> vae.compile("adam")
>>> history = vae.fit(x, epochs=1, verbose=0)
>>> float(vae.objective.kl_weight)
4.0
"""
    )


def test_an_example_keeps_its_own_lines_and_their_order():
    data, compiled = ">>> x = keras_vae.datasets.digits().train.x", '>>> vae.compile("adam")'
    made = ">>> vae = A(\n...     2\n... )"
    rest = ">>> vae.start(x)\n>>> history = vae.fit(x, epochs=2)\n>>> vae.n\n3"
    complete = "\n".join([data, made, compiled, rest])
    assert paper_docs._example(f"{made}\n{rest}") == complete
    assert paper_docs._example(complete) == complete
    assert paper_docs._example(made).endswith(">>> vae.reconstruct(x[:3]).shape\n(3, 8, 8)")


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.__name__)
def test_each_docstring_reads_as_a_whole(paper):
    doc = paper.__doc__
    for heading in ("\n\nArgs:\n    ", "\n\nRaises:\n    ", "\n\nExample:\n\n>>> "):
        assert doc.count(heading) == 1, heading
    assert len([line for line in doc.split("\n") if line in ("Reference:", "References:")]) == 1
    assert ".compile(" in doc and ".fit(" in doc and "{" + "network" + "}" not in doc


# ---- repetition --------------------------------------------------------------------------------


def test_at_most_a_quarter_of_the_lines_stand_in_one_of_eleven_papers_or_more():
    paths = sorted({Path(inspect.getfile(paper)) for paper in PAPERS})
    texts = [path.read_text(encoding="utf-8") for path in paths]
    files = [[line.strip() for line in text.split("\n") if line.strip()] for text in texts]
    counts = collections.Counter(line for lines in files for line in set(lines))
    # Four papers, when there were 43.
    least = max(4, len(files) * 4 // 43)
    shared = [line for lines in files for line in lines if counts[line] >= least]
    share = len(shared) / sum(len(lines) for lines in files)
    assert share <= 0.25, (
        "Write a new paper with own_parts, and without __init__, @register and the lines of the "
        f"example that papers have in common. Received: a share of {share:.3f}, most of it "
        f"{collections.Counter(shared).most_common(8)}"
    )
