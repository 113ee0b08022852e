"""Flow matching on the latents of presets beside their prior, a mixture of normals, and a flow.

    KERAS_VAE_DATA=<folder of mnist.npz and fashion_mnist.npz> KERAS_BACKEND=torch \
        python benchmarks/figures/flow_matching.py

The presets `vae_gated_mnist` and `conv_vae_fashion_8d` as they are, and each sampler fitted to the
latents of 20,000 training images with its defaults: `samplers.GaussianMixture(10)`,
`samplers.MAF()` and `samplers.FlowMatching()`. The number is `evaluation.classifier_fid` of 10,000
decoded means against the 10,000 test images, lower is better; `training images` is that of 10,000
training images, about the least that a sampler can have. The classifier is one for each data set,
trained on all training images. It is not the FID of papers.

No setting was chosen. `python benchmarks/figures/flow_matching.py --validation` measures against
training images that no sampler was fitted to.
"""

import functools
import time

from runs import main

from keras_vae import VAE, datasets, evaluation, samplers

PRESETS = {"vae_gated_mnist": datasets.mnist, "conv_vae_fashion_8d": datasets.fashion_mnist}
FITTED, DRAWN = 20_000, 10_000
SAMPLERS = {
    "prior": None,
    "mixture of normals": (lambda: samplers.GaussianMixture(10), {}),
    "MAF": (samplers.MAF, {"verbose": 0}),
    "flow matching": (samplers.FlowMatching, {"verbose": 0}),
}


@functools.cache
def classifier(preset):
    train = PRESETS[preset]().train
    return evaluation.train_classifier(train.x, train.y, seed=0)


@functools.cache
def images(preset, validation):
    """Those that samplers are fitted to, others of the training part, and the real ones."""
    data = PRESETS[preset]()
    fitted, others = data.train.x[:FITTED], data.train.x[FITTED : FITTED + DRAWN]
    real = data.train.x[FITTED + DRAWN : FITTED + 2 * DRAWN] if validation else data.test.x
    return fitted, others, real


def contender(preset, name):
    def numbers(seed, validation):
        fitted, others, real = images(preset, validation)
        if name == "training images":
            return {"classifier_fid": evaluation.classifier_fid(real, others, classifier(preset))}
        vae = VAE.from_preset(preset)
        start = time.process_time()
        sampler = "prior"
        if SAMPLERS[name] is not None:
            make, options = SAMPLERS[name]
            sampler = make().fit(vae, fitted, seed=seed, **options)
        between = time.process_time()
        drawn = vae.generate(DRAWN, seed=seed, sampler=sampler, verbose=0)
        return {
            "classifier_fid": evaluation.classifier_fid(real, drawn, classifier(preset)),
            "fit_seconds": between - start,
            "draw_seconds": time.process_time() - between,
        }

    return numbers


if __name__ == "__main__":
    names = [*SAMPLERS, "training images"]
    main(
        "flow_matching",
        {f"{preset}, {name}": contender(preset, name) for preset in PRESETS for name in names},
    )
