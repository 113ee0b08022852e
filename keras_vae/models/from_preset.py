"""Trained models: loaded by name, and saved so that others can load them."""

import os
from pathlib import Path
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
        variant: str | None = None,
        **options: Any,
    ) -> Self:
        """A model from a preset: its class, its settings and its trained weights.

        `keras_vae.VAE.from_preset` takes a preset of any class; a subclass takes its own. No code
        runs that is not in this package, in Keras' plain layers, or in classes of yours with
        `@keras_vae.register`: see `keras_vae.pretrained`.

        Autoencoders of the diffusers library are converted when they are read: their folders, and
        single `.safetensors` files in the layout of latent diffusion's own code.

        Args:
            source: name of a preset inside the package (`keras_vae.presets.list()`); path of a
                folder that `save_to_preset` or the diffusers library wrote, or of a `.safetensors`
                file; `"hf://user/repo"`, with `@revision` and `/subfolder` behind it or not; or
                `"https://..."`, such a folder as a `.zip` or `.tar` file, or such a file.
            load_weights: bool, whether to load the weights; else the model is untrained. Defaults
                to `True`.
            sha256: str, of the file behind an `https://` source, where it is a must. Defaults to
                `None`.
            variant: str, such as `"fp16"`, of the weights in a folder of the diffusers library.
                Defaults to `None`.
            **options: arguments of the model's constructor, such as `data_shape=(256, 256, 3)`,
                `image_range=(0, 1)`, `likelihood="normal"` and `dtype`. Only for models of the
                diffusers library; ours keep the arguments that they were saved with.

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
            ImportError: if `hf://` is asked for without huggingface_hub, or a model of the
                diffusers library without safetensors.

        Example:

        >>> vae.save_to_preset("my_digits", {"data": "digits, 8x8"})
        >>> again = keras_vae.VAE.from_preset("my_digits")
        >>> type(again).__name__, bool((again.encode(x) == vae.encode(x)).all())
        ('BernoulliVAE', True)
        """
        path = pretrained.find_preset(source, sha256, variant)
        if pretrained.diffusers.is_foreign(path):
            return cls._from_diffusers(source, path, load_weights, variant, options)
        if variant is not None or options:
            raise ValueError(
                "from_preset takes variant and arguments of the constructor for models of the "
                f"diffusers library only. Received: {str(source)!r} with variant={variant!r} and "
                f"{options}"
            )
        config, weights = pretrained.open_preset(path)
        cls._check_found(pretrained.named_class(config), source)
        vae = pretrained.build_model(config, weights)
        if load_weights:
            pretrained.load_weights(vae, weights)
        return vae

    @classmethod
    def _from_diffusers(
        cls,
        source: str | os.PathLike[str],
        path: Path,
        load_weights: bool,
        variant: str | None,
        options: dict[str, Any],
    ) -> Self:
        """The model of a folder of the diffusers library, or of a file of weights."""
        library = pretrained.diffusers
        converter, arguments, tensors = library.arguments_and_tensors(path, variant)
        cls._check_found(library.model_class(converter), source)
        vae = library.build(converter, {**arguments, **options}, tensors)
        if load_weights:
            library.load_tensors(vae, converter, tensors)
        return vae

    @classmethod
    def _check_found(cls, found: type, source: str | os.PathLike[str]) -> None:
        if not issubclass(found, cls):
            raise ValueError(
                f"{cls.__name__}.from_preset needs a preset of a {cls.__name__}. Received: "
                f"{str(source)!r}, a {found.__name__}. keras_vae.VAE.from_preset takes any"
            )

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
