"""Trained models: loaded by name, and saved so that others can load them."""

import os
import tempfile
from pathlib import Path
from typing import Any, Self

from keras_vae import pretrained
from keras_vae.serialization import registered_class


class Presets:
    """The presets inside the package of a class and its subclasses, by name, each with its title.

    `keras_vae.models.BetaVAE.presets` are those that `BetaVAE.from_preset` takes, and
    `keras_vae.VAE.presets` are all.

    >>> keras_vae.models.ConvVAE.presets
    {'conv_vae_fashion_8d': 'Convolutional VAE, 32(s2)-64(s2)-128-z8, Fashion-MNIST'}
    """

    def __get__(self, instance: Any, cls: type) -> dict[str, str]:
        found = {}
        for name in pretrained.bundled_names():
            metadata = pretrained.read_metadata(pretrained.BUNDLED / name)
            if issubclass(registered_class(metadata["class_name"]) or object, cls):
                found[name] = metadata["title"]
        return found


class FromPreset:
    """Mixin of `VAE`: presets, folders of a config, weights and a card."""

    presets = Presets()

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
        self,
        folder: str | os.PathLike[str],
        metadata: dict[str, Any] | None = None,
        card: bool | str = False,
        report: str | os.PathLike[str] | None = None,
    ) -> None:
        """Write the model as a preset: `config.json`, `model.weights.h5`, `metadata.json`.

        The folder appears whole or not at all. It holds neither the optimizer nor anything that a
        pickle could; classes of your own need `@keras_vae.register`, and to be imported before
        the preset is loaded.

        Args:
            folder: path; a preset that is there is replaced.
            metadata: dict of what is known of the model. Of these keys a model card makes sections:
                `"title"`, `"reference"`, `"data"`, `"protocol"`, `"licence"`, `"seed"`,
                `"training"`, `"results"`. Others may stand beside them. Defaults to `None`.
            card: bool, whether to write a model card, `README.md`, of the model's class, its
                arguments and the metadata; or str, the card's text. Defaults to `False`.
            report: path of a page that `keras_vae.evaluation` wrote; it is copied to `report.html`,
                and the card links to it. Defaults to `None`.

        Raises:
            ValueError: if `folder` is something else than a preset, if `metadata` is not a dict
                that JSON knows, if there is a `report` without a card, or if the model holds a
                class that presets may not.
            FileNotFoundError: if there is no such report.
            OSError: if a file cannot be written, as on a full disk; an earlier preset is kept.
        """
        pretrained.write_preset(self, folder, metadata, card, report)

    def push_to_hub(
        self,
        repo: str,
        metadata: dict[str, Any] | None = None,
        card: str | None = None,
        report: str | os.PathLike[str] | None = None,
        token: str | bool | None = None,
        private: bool | None = None,
        message: str | None = None,
    ) -> str:
        """Put the model as a preset, with its model card, on the Hugging Face Hub.

        `keras_vae.VAE.from_preset("hf://org/name")` loads it back. Files of the same names that are
        in the repository are replaced; its history keeps them.

        Args:
            repo: str, `"org/name"`; the repository is made if it is missing.
            metadata, report: see `save_to_preset`.
            card: str, the text of the model card. Defaults to `None`: one is made.
            token: str, of the hub. Defaults to `None`: that of `hf auth login`, or of `HF_TOKEN`.
            private: bool, whether a new repository is private. Defaults to `None`: as the
                organisation has it.
            message: str, of the commit. Defaults to `None`.

        Returns:
            str, the repository's address.

        Raises:
            ValueError: if `repo` is not such a name, or as for `save_to_preset`. Nothing is
                uploaded then.
            ImportError: if huggingface_hub is missing.
            ConnectionError: if the hub cannot be reached, or refuses.

        Example:

        ```text
        vae.push_to_hub("org/digits", {"data": "digits, 8x8", "licence": "CC BY 4.0"}, private=True)
        ```
        """
        repo = pretrained.check_repo(repo)
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "preset"
            shown = f"hf://{repo}"
            pretrained.write_preset(self, folder, metadata, card or True, report, shown)
            return pretrained.upload(folder, repo, token, private, message)
