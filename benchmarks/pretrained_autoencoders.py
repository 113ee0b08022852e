"""PSNR and SSIM of a published autoencoder on images of yours, beside the published numbers.

    python benchmarks/pretrained_autoencoders.py FOLDER [--weights sd-vae-ft-mse] [--limit 500]

needs a network, `pip install keras_vae[hub]`, Pillow and scikit-image. It downloads 335 MB. FOLDER
holds images; each is cut to a square in the middle and brought to 256 x 256, as for the published
numbers. These are of the 5,000 images of COCO 2017's validation part: with all of them, PSNR is
to be within 0.3 decibels, and SSIM within 0.02. Other images give other numbers.

This is not a test. Tests compare with the diffusers library at random weights, without a network:
`tests/pretrained/test_diffusers_parity.py`.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

import keras_vae

#: source, and PSNR in decibels and SSIM as its authors give them, on COCO 2017 at 256 x 256
PUBLISHED = {
    "sd-vae-ft-mse": ("hf://stabilityai/sd-vae-ft-mse", 24.5, 0.71),
    "sd-v1": ("hf://CompVis/stable-diffusion-v1-4/vae", 23.4, 0.69),
    "sdxl": ("hf://stabilityai/sdxl-vae", 24.7, 0.73),
}
SIDE = 256
ENDINGS = (".jpg", ".jpeg", ".png")


def read(path):
    """The middle square of an image, bytes (256, 256, 3)."""
    from PIL import Image

    image = Image.open(path).convert("RGB")
    side = min(image.size)
    left, top = ((size - side) // 2 for size in image.size)
    square = image.crop((left, top, left + side, top + side))
    return np.asarray(square.resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def quality(image, again):
    """PSNR in decibels and SSIM of one image, bytes both."""
    from skimage.metrics import peak_signal_noise_ratio, structural_similarity

    ssim = structural_similarity(image, again, channel_axis=-1, data_range=255)
    return peak_signal_noise_ratio(image, again, data_range=255), ssim


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--weights", choices=PUBLISHED, default="sd-vae-ft-mse")
    parser.add_argument("--limit", type=int, default=None)
    arguments = parser.parse_args()
    if "pytest" in sys.modules:
        sys.exit("This measures real weights and is not a test: run it as a script.")
    paths = sorted(p for p in arguments.folder.iterdir() if p.suffix.lower() in ENDINGS)
    paths = paths[: arguments.limit]
    if not paths:
        sys.exit(f"{arguments.folder} must hold images that end in one of {ENDINGS}.")
    source, psnr, ssim = PUBLISHED[arguments.weights]
    vae = keras_vae.VAE.from_preset(source, image_range=(0, 255), data_shape=(SIDE, SIDE, 3))
    rows = []
    for number, path in enumerate(paths, start=1):
        image = read(path)
        again = np.clip(np.rint(vae.reconstruct(image[None], batch_size=1)[0]), 0, 255)
        rows.append(quality(image, again.astype("uint8")))
        if number % 100 == 0 or number == len(paths):
            means = np.mean(rows, axis=0)
            print(f"{number} images: PSNR {means[0]:.2f} dB, SSIM {means[1]:.3f}", flush=True)
    print(f"published, on COCO 2017: PSNR {psnr} dB, SSIM {ssim}")


if __name__ == "__main__":
    main()
