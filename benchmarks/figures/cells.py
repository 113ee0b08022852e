"""Blood cells: likelihood of test cells, and cell types in the latents.

    KERAS_VAE_DATA=<folder of pbmc68k_700.npz> KERAS_BACKEND=jax python benchmarks/figures/cells.py

-log p(x) of a cell in nats by importance sampling with 500 draws, the negative bound, the accuracy
of 15 nearest neighbours among training cells, and the adjusted Rand index of ten k-means clusters
of the training cells' latents, asked for the test cells. `fit_seconds` is the processor's time for
`fit` on one core (`OMP_NUM_THREADS=1`). Beside it principal components of log(1 + counts per
10,000), and scvi-tools' SCVI where it is installed (`pip install scvi-tools`), with its own
defaults, the same number of latents, batch size and epochs.
"""

import importlib.util
import time

import keras
import numpy as np
from runs import main

from keras_vae import callbacks, datasets, evaluation, models

LATENTS, EPOCHS, BATCH = 10, 200, 64
#: epochs over which scvi-tools raises the weight of the KL: to a half of it in the 200 here
WARMUP = 400
NUM_VALIDATION = 100


def parts(validation):
    data = datasets.blood_cells(NUM_VALIDATION if validation else 0)
    return data.train, data.validation if validation else data.test


def of_latents(z_train, train, z, part, seed):
    from sklearn.cluster import KMeans

    clusters = KMeans(10, n_init=10, random_state=seed).fit(z_train).predict(z)
    return {
        "knn_accuracy": evaluation.knn_accuracy(z_train, train.y, z, part.y, num_neighbours=15),
        "ari": evaluation.clustering_scores(part.y, clusters).ari,
    }


def count_vae(likelihood, warmup=None):
    def run(seed, validation):
        train, part = parts(validation)
        vae = models.CountVAE((765,), LATENTS, likelihood, seed=seed)
        vae.compile(keras.optimizers.Adam(1e-3))
        schedules = [callbacks.LinearKLWarmup(warmup)] if warmup else []
        start = time.process_time()
        vae.fit(train.x, batch_size=BATCH, epochs=EPOCHS, callbacks=schedules, verbose=0)
        seconds = time.process_time() - start
        options = {"seed": seed, "verbose": 0}
        return {
            "nll": -evaluation.log_likelihood(vae, part.x, 500, **options).mean,
            "negative_elbo": -evaluation.elbo(vae, part.x, 20, **options).elbo.mean,
            **of_latents(vae.encode(train.x), train, vae.encode(part.x), part, seed),
            "fit_seconds": seconds,
        }

    return run


def principal_components(seed, validation):
    from sklearn.decomposition import PCA

    train, part = parts(validation)
    logs = [np.log1p(1e4 * p.x / p.x.sum(axis=1, keepdims=True)) for p in (train, part)]
    pca = PCA(LATENTS, random_state=seed).fit(logs[0])
    return of_latents(pca.transform(logs[0]), train, pca.transform(logs[1]), part, seed)


def scvi(seed, validation):
    import anndata
    import scvi as package

    train, part = parts(validation)
    package.settings.seed = seed
    tables = [anndata.AnnData(p.x.astype("float32")) for p in (train, part)]
    package.model.SCVI.setup_anndata(tables[0])
    model = package.model.SCVI(tables[0], n_latent=LATENTS)
    start = time.process_time()
    model.train(max_epochs=EPOCHS, batch_size=BATCH, train_size=1.0, accelerator="cpu")
    seconds = time.process_time() - start
    z_train, z = (model.get_latent_representation(table) for table in tables)
    return {
        "nll": -float(model.get_marginal_ll(tables[1], n_mc_samples=500)),
        "negative_elbo": -float(model.get_elbo(tables[1])),
        **of_latents(z_train, train, z, part, seed),
        "fit_seconds": seconds,
    }


CONTENDERS = {
    "CountVAE, negative binomial": count_vae("negative_binomial"),
    "CountVAE, KL warm-up as SCVI": count_vae("negative_binomial", WARMUP),
    "CountVAE, zero-inflated": count_vae("zero_inflated_negative_binomial"),
    "principal components": principal_components,
}
if importlib.util.find_spec("scvi"):
    CONTENDERS["scvi-tools SCVI"] = scvi

if __name__ == "__main__":
    peers = ["scvi-tools"] if "scvi-tools SCVI" in CONTENDERS else []
    main("cells", CONTENDERS, versions=peers)
