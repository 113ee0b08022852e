"""Latents as features, in pipelines and searches."""

import pickle

import numpy as np
import pandas as pd
import pytest
from estimators.small_estimators import SMALL, line, small_vae
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from keras_vae.estimators import VAETransformer


def test_transform_is_encode_and_inverse_transform_decode():
    x = 100.0 + 5.0 * line(40)
    transformer = VAETransformer(small_vae, **SMALL).fit(x)
    rows = ((x - x.mean(axis=0)) / x.std(axis=0)).astype("float32")
    z = transformer.model_.encode(rows)
    np.testing.assert_allclose(transformer.transform(x), z, rtol=1e-4, atol=1e-6)
    decoded = transformer.model_.decode(z) * x.std(axis=0) + x.mean(axis=0)
    np.testing.assert_allclose(transformer.inverse_transform(z), decoded, rtol=1e-5)


def test_names_of_latents():
    frame = pd.DataFrame(line(20), columns=list("abcd"))
    transformer = VAETransformer(small_vae, **SMALL).set_output(transform="pandas").fit(frame)
    assert list(transformer.transform(frame).columns) == ["vaetransformer0", "vaetransformer1"]


def test_pipelines_and_searches():
    x = line(60)
    y = x.mean(axis=1) > 0
    pipeline = make_pipeline(VAETransformer(small_vae, **SMALL), LogisticRegression())
    search = GridSearchCV(pipeline, {"vaetransformer__learning_rate": [1e-3, 1e-2]}, cv=2)
    assert 0.0 <= search.fit(x, y).best_score_ <= 1.0
    alone = GridSearchCV(VAETransformer(small_vae, **SMALL), {"num_samples": [1, 3]}, cv=2)
    assert np.isfinite(alone.fit(x).best_score_)


def test_the_score_is_the_mean_log_likelihood():
    x = line(200)
    settings = {**SMALL, "epochs": 60, "num_samples": 100, "learning_rate": 1e-2}
    transformer = VAETransformer(small_vae, **settings).fit(x)
    rows = transformer.scaling_.forward(x)
    exact = transformer.model_.log_likelihood(rows, seed=1, verbose=0).mean()
    exact -= np.log(x.std(axis=0)).sum()
    assert abs(transformer.score(x) - exact) < 0.05


def test_maps_of_codes_are_made_flat():
    settings = {**SMALL, "latent_dim": 3}
    options = {"network": "mlp", "num_codes": 4}
    transformer = VAETransformer("VQVAE", **settings, model_options=options).fit(line(30))
    z = transformer.transform(line(5))
    assert z.shape == (5, 3) and transformer.inverse_transform(z).shape == (5, 4)


def test_latents_of_another_length_are_refused():
    transformer = VAETransformer(small_vae, **SMALL).fit(line(20))
    with pytest.raises(ValueError, match=r"latents of shape \(n, 2\)"):
        transformer.inverse_transform(np.zeros((3, 4)))


def test_pickles():
    transformer = VAETransformer(small_vae, **SMALL).fit(line(20))
    other = pickle.loads(pickle.dumps(transformer))
    np.testing.assert_array_equal(other.transform(line(5)), transformer.transform(line(5)))
