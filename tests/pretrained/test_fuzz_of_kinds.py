"""Presets of models with more than networks in them, spoiled at random: refused, or loaded."""

import copy
import json
import random

import numpy as np
import pandas as pd
import pytest
from test_preset_fuzz import loads_or_is_refused, mutate
from test_unsafe_presets import RAN, copied, reseal

from keras_vae import models

CONFIGS = 25
RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "size": RNG.normal(size=40),
        "kind": RNG.choice(list("abc"), 40),
        "visits": RNG.poisson(3, 40),
        "level": pd.Categorical(RNG.choice(["low", "high"], 40), ordered=True),
    }
)
KINDS = {
    "schema": lambda: models.TabularVAE.from_dataframe(FRAME, latent_dim=2, hidden=(4,)),
    "counts": lambda: models.CountVAE((6,), 2, hidden=(4,)),
    "codes": lambda: models.VQVAE((8, 8, 1)),
    "holes": lambda: models.MissingDataVAE((6,), 2, hidden=(4,)),
    "classes": lambda: models.VaDE((6,), 2, hidden=(4,)),
    "topics": lambda: models.TopicVAE((6,), 2),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", KINDS)
def test_configs(kind, tmp_path):
    RAN.clear()
    KINDS[kind]().save_to_preset(tmp_path / "original")
    folder = copied(tmp_path / "original", tmp_path / "preset")
    before, rng = json.loads((folder / "config.json").read_text()), random.Random(5)
    refused = 0
    for _ in range(CONFIGS):
        config = copy.deepcopy(before)
        for _ in range(rng.choice([1, 1, 2, 3])):
            mutate(config, rng)
        (folder / "config.json").write_text(json.dumps(config))
        reseal(folder)
        refused += not loads_or_is_refused(folder, lambda vae: vae.get_weights())
    assert refused > CONFIGS // 2
