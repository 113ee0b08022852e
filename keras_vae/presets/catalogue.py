"""What presets there are, and what is known of each."""

from typing import Any

from keras_vae import pretrained


def list_presets() -> list[str]:
    """The names of the presets inside the package, which `keras_vae.VAE.from_preset` loads.

    Example:

    >>> "vae_digits_2d" in keras_vae.presets.list()
    True
    """
    return pretrained.bundled_names()


def describe(name: str) -> dict[str, Any]:
    """A preset's card: data, licence, protocol, seed, numbers, how it was trained, versions.

    Args:
        name: name of a preset inside the package, or anything else that `from_preset` takes but
            a URL.

    Returns:
        Dict, as `metadata.json` has it.

    Raises:
        ValueError: if there is no such preset, or if its card is damaged.
        FileNotFoundError: if it has no card.

    Example:

    >>> card = keras_vae.presets.describe("vae_digits_2d")
    >>> card["class_name"], card["licence"]
    ('keras_vae>models.BernoulliVAE', 'CC BY 4.0, UCI Machine Learning Repository')
    """
    return pretrained.read_metadata(pretrained.find_preset(name))


def card(name: str) -> str:
    """A preset's model card: class, arguments, data, protocol and numbers, a page of Markdown.

    Args:
        name: name of a preset inside the package, or anything else that `from_preset` takes but
            a URL.

    Returns:
        str, the page as `save_to_preset(folder, metadata, card=True)` writes it.

    Raises:
        ValueError: if there is no such preset, or if its files are damaged.
        FileNotFoundError: if it has no metadata.

    Example:

    >>> print(keras_vae.presets.card("vae_digits_2d").splitlines()[5])
    # Bernoulli VAE, 64-128-64-z2, digits of 8x8 pixels
    """
    folder = pretrained.find_preset(name)
    config, _ = pretrained.open_preset(folder)
    return pretrained.model_card(config, pretrained.read_metadata(folder), name)
