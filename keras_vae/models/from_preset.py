"""Trained models: loaded by name, and saved so that others can load them."""

import os
from typing import Any, Self

from keras_vae import pretrained


class FromPreset:
    """Mixin of `VAE`: presets, folders of a config, weights and a card."""

    @classmethod
    def from_preset(
        cls,
        source: str | os.PathLike[str],
        load_weights: bool = True,
        sha256: str | None = None,
    ) -> Self:
        """A model from a preset: its class, its settings and its trained weights.

        `keras_vae.VAE.from_preset` takes a preset of any class; a subclass takes its own. No code
        runs that is not in this package, in Keras' plain layers, or in classes of yours with
        `@keras_vae.register`: see `keras_vae.pretrained`.

        Args:
            source: name of a preset inside the package (`keras_vae.presets.list()`); path of a
                folder that `save_to_preset` wrote; `"hf://user/repo"`, with `@revision` behind it
                or not; or `"https://..."`, such a folder as a `.zip` or `.tar` file.
            load_weights: bool, whether to load the weights; else the model is untrained. Defaults
                to `True`.
            sha256: str, of the file behind an `https://` source, where it is a must. Defaults to
                `None`.

        Returns:
            The model, not compiled.

        Raises:
            ValueError: if the source is unknown, if the preset is of another class, or if a
                checksum is missing or wrong.
            ValueError: of the class `PresetError`, if the preset is damaged, written by a
                newer version of the package, too large, or names a class that it may not.
            FileNotFoundError: if a file of the preset is missing.
            ConnectionError: if the source cannot be reached.
            OSError: if what was fetched cannot be kept.
            ImportError: if `hf://` is asked for without huggingface_hub.

        Example:

        >>> vae.save_to_preset("my_digits", {"data": "digits, 8x8"})
        >>> again = keras_vae.VAE.from_preset("my_digits")
        >>> type(again).__name__, bool((again.encode(x) == vae.encode(x)).all())
        ('BernoulliVAE', True)
        """
        config, weights = pretrained.open_preset(pretrained.find_preset(source, sha256))
        found = pretrained.named_class(config)
        if not issubclass(found, cls):
            raise ValueError(
                f"{cls.__name__}.from_preset needs a preset of a {cls.__name__}. Received: "
                f"{str(source)!r}, a {found.__name__}. keras_vae.VAE.from_preset takes any"
            )
        vae = pretrained.build_model(config, weights)
        if load_weights:
            pretrained.load_weights(vae, weights)
        return vae

    def save_to_preset(
        self, folder: str | os.PathLike[str], metadata: dict[str, Any] | None = None
    ) -> None:
        """Write the model as a preset: `config.json`, `model.weights.h5`, `metadata.json`.

        The folder appears whole or not at all. It holds neither the optimizer nor anything that a
        pickle could; classes of your own need `@keras_vae.register`, and to be imported before
        the preset is loaded.

        Args:
            folder: path; a preset that is there is replaced.
            metadata: dict for the card: the data, the protocol, numbers, ... Defaults to `None`.

        Raises:
            ValueError: if `folder` is something else than a preset, if `metadata` is not a dict
                that JSON knows, or if the model holds a class that presets may not.
            OSError: if a file cannot be written, as on a full disk; an earlier preset is kept.
        """
        pretrained.write_preset(self, folder, metadata)
