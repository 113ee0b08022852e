"""What a trained model writes into files of others: latents, and its networks for serving."""

import os
from pathlib import Path
from typing import Any

from keras_vae.models.encode_to import encode_to
from keras_vae.models.export import export


class IntoFiles:
    """Mixin of `VAE`: latents of large data, and encoder and decoder without this package."""

    def encode_to(
        self, x: Any, path: str | os.PathLike[str], rows: int = 65_536, verbose: Any = "auto"
    ) -> Path:
        """Write the latents of examples, the posterior's means, to a file; go on where one ended.

        The latents are written in parts to the folder `<path>.partial`, and joined at the end: the
        file appears whole or not at all. After a kill, the same call goes on behind the last part.
        Parts of other weights, or of another number of examples, are begun anew.

        Args:
            x: array (n, event), in memory or in a file, a dict of it and its fields, or a data set
                of batches, which must give the same rows in the same order when it goes on.
            path: str or path that ends in `.npy`, an array (n, latent), or in `.parquet`, a column
                `z` of lists, which `keras_vae.datasets.ParquetRows` reads.
            rows: int, examples of a part. Defaults to `65_536`.
            verbose: see `Inference`.

        Returns:
            The file's `pathlib.Path`.

        Raises:
            ValueError: if the path has another ending, or `x` does not fit the model.
            ImportError: if Parquet is asked for and pyarrow is missing.
            OSError: if a file cannot be written; what is finished stays for the next call.

        Example:

        >>> path = vae.encode_to(x, "latents.npy")
        >>> bool((np.load(path, mmap_mode="r") == vae.encode(x)).all())
        True
        """
        return encode_to(self, x, path, rows, verbose)

    def export(self, filepath: Any, format: str = "tf_saved_model", **kwargs: Any) -> Any:
        """Write the encoder and the decoder for serving, without this package or Keras.

        `<filepath>/encoder` maps x to the posterior's parameters under their names, such as `mean`
        and `log_var`; `<filepath>/decoder` maps z to the mean of p(x|z), `x`. Neither draws noise,
        which most runtimes cannot. Ask for outputs by name: their order is not the same everywhere.

        Args:
            filepath: str or path of a folder.
            format: `"tf_saved_model"`, `"onnx"`, `"litert"` or another of `keras.Model.export`;
                all three from the TensorFlow backend. Defaults to `"tf_saved_model"`.
            **kwargs: passed to `keras.Model.export`; `verbose=True` prints what is exported.

        Returns:
            Dict with the paths of the `"encoder"` and the `"decoder"`.
        """
        return export(self, filepath, format, **kwargs)
