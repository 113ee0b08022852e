"""Job F: seconds until `VAE.from_preset(name)` is there after the import, for each preset inside.

Each in a process of its own, for the first load pays for what later ones find warm.
"""

import os
import subprocess
import sys

LOAD = """
import sys, time, keras_vae
start = time.perf_counter()
keras_vae.VAE.from_preset(sys.argv[1])
print(f"{sys.argv[1]:24} {time.perf_counter() - start:6.2f} s")
"""


def main():
    import keras_vae

    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    for name in keras_vae.presets.list():
        subprocess.run(
            [sys.executable, "-c", LOAD, name], env=quiet, stderr=subprocess.DEVNULL, check=True
        )


if __name__ == "__main__":
    main()
