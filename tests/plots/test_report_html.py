"""The report of a model as a page: every family of models has one, and it needs nothing else."""

import base64
import html
import io
import re

import numpy as np
import pytest
from checks import BACKEND, bits, levels, quick_compile
from PIL import Image
from zoo import small

from keras_vae import models, plots

pytestmark = pytest.mark.skipif(BACKEND != "torch", reason="needs no backend")

ALL = [
    "Numbers",
    "Reconstructions",
    "Samples",
    "Nearest training rows",
    "KL by latent",
    "Aggregate posterior and prior",
    "Calibration of the likelihood",
    "Labels",
    "Data of another kind",
]
N = 24


def split(x):
    return x[:N], x[N:]


def images():
    return small("BernoulliVAE", hidden=(8,), latent_dim=2)(), *split(bits(3 * N))


def colour():
    x = levels(3 * N, (4, 4, 3))
    return small("GaussianVAE", hidden=(8,), latent_dim=3)((4, 4, 3)), *split(x)


def counts():
    x = np.random.default_rng(0).poisson(3.0, (3 * N, 6))
    return small("CountVAE", hidden=(8,), latent_dim=2)((6,)), *split(x)


def codes():
    vae = small("VQVAE", latent_dim=2, num_codes=5, filters=(3, 3), blocks=1)()
    return vae, *split(levels(3 * N))


def two_levels():
    return small("HierarchicalVAE", latent_dims=(2, 3), hidden=(8, 8))(), *split(bits(3 * N))


def semi_supervised():
    vae = small("SemiSupervisedVAE", num_classes=2, hidden=(8,), latent_dim=2)()
    return vae, *split(bits(3 * N))


def conditional():
    vae = small("ConditionalVAE", condition_shape=(3,), hidden=(8,), latent_dim=2)()
    x = bits(3 * N)
    labels = np.arange(3 * N) % 3
    parts = slice(None, N), slice(N, None)
    return vae, *({"x": x[part], "condition": labels[part]} for part in parts)


def deterministic():
    return small("Autoencoder", hidden=(8,), latent_dim=2)(), *split(levels(3 * N))


def frame():
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    size, kind = rng.normal(170.0, 9.0, 3 * N), rng.choice(["a", "b"], 3 * N)
    return pandas.DataFrame({"size": size, "number": rng.poisson(3.0, 3 * N), "kind": kind})


def table():
    rows = frame()
    return models.TabularVAE.from_dataframe(rows, latent_dim=2, hidden=(8,)), *split(rows)


def holes():
    rows = frame()
    rows.loc[::3, "size"] = np.nan
    return models.TabularVAE.from_dataframe(rows, latent_dim=2, hidden=(8,)), *split(rows)


def pieces(path):
    """The titles of the sections, and the reasons of those left out."""
    text = path.read_text(encoding="utf-8")
    titles = [title for title in re.findall("<h2>(.*?)</h2>", text) if title != "Left out"]
    reasons = re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", text)
    return text, titles, {name: html.unescape(why) for name, why in reasons}


@pytest.mark.parametrize(
    "make, left_out",
    [
        (images, {}),
        (colour, {}),
        (counts, {}),
        (codes, {"Samples": "fit_prior", "Nearest": "fit_prior", "KL": "sum over elements"}),
        (two_levels, {}),
        (semi_supervised, {}),
        (conditional, {}),
        (deterministic, {"KL": "sum over elements", "Data of": "density"}),
        (table, {}),
        (holes, {"Nearest": "missing", "Data of": "missing"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_family_has_a_page(tmp_path, make, left_out):
    vae, test, train = make()
    labels = np.arange(N) % 2
    path = plots.report_html(vae, tmp_path / "page.html", test, train, labels, num_samples=2)
    text, titles, reasons = pieces(path)
    assert len(titles) + len(reasons) == len(ALL)
    assert {name.split()[0] for name in reasons} == {name.split()[0] for name in left_out}
    for start, why in left_out.items():
        assert any(name.startswith(start) and why in reason for name, reason in reasons.items())
    assert [name for name in ALL if name in titles + ["Codes"]] == [t for t in titles if t in ALL]
    words = re.sub("src='.*?'", "", text)
    assert "{{" not in words and not re.search(r"\bnan\b", words, re.IGNORECASE)
    assert "http" not in words.replace("http-equiv", "")  # nothing from elsewhere
    for url in re.findall("src='(.*?)'", text):
        kind, content = url.split(",")
        assert kind == "data:image/png;base64"
        assert min(Image.open(io.BytesIO(base64.b64decode(content))).size) > 50


def test_what_is_not_given_is_left_out_with_its_reason(tmp_path):
    vae, test, _ = images()
    _, titles, reasons = pieces(plots.report_html(vae, tmp_path / "page.html", test, num_samples=2))
    assert "x_train" in reasons.pop("Nearest training rows")
    assert "y_test" in reasons.pop("Labels")
    assert not reasons and len(titles) == 7


def test_numbers_are_those_of_the_evaluation(tmp_path):
    vae, test, train = images()
    quick_compile(vae).fit(train, epochs=2, verbose=0)
    outliers = 1.0 - test
    path = plots.report_html(vae, tmp_path / "p.html", test, train, outliers=outliers, title="<b>")
    text, _, _ = pieces(path)
    from keras_vae import evaluation

    rate = evaluation.elbo(vae, test, seed=0, verbose=0).rate.mean
    assert f"<th scope='row'>rate</th><td>{rate:.4g} " in text
    assert "the outliers given" in text
    assert "<h1>&lt;b&gt;</h1>" in text
    again = plots.report_html(vae, tmp_path / "q.html", test, train, outliers=outliers, title="<b>")
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    "options, told",
    [
        ({"y_test": np.zeros(3, int)}, "y_test"),
        ({"y_train": np.zeros(3, int)}, "y_train"),
        ({"num_samples": 0}, "num_samples"),
        ({"x_train": np.zeros((3, 2))}, "x_train"),
        ({"outliers": np.full((3, 4, 3), 7.0)}, "outliers"),
        ({"seed": -1}, "seed"),
    ],
)
def test_bad_arguments_are_refused_and_an_old_page_stays(tmp_path, options, told):
    vae, test, train = images()
    path = tmp_path / "page.html"
    path.write_text("old")
    with pytest.raises(ValueError, match=told):
        plots.report_html(vae, path, test, **{"x_train": train, **options})
    assert path.read_text() == "old"


def test_presets_have_a_report(tmp_path, capsys):
    from keras_vae.presets.__main__ import main

    assert main(["report", "vae_digits_2d", "--output", str(tmp_path)]) == 0
    path = tmp_path / "vae_digits_2d-report.html"
    assert capsys.readouterr().out.strip() == str(path)
    assert not pieces(path)[2]
