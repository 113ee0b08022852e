"""The quickstart of the package: read `keras_vae/quickstart.py`, which this runs.

python examples/quickstart.py    # or, without a checkout: python -m keras_vae.quickstart
"""

from keras_vae.quickstart import main

main()
