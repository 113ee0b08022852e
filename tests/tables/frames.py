"""A small table with columns of every kind."""

import numpy as np
import pandas as pd


def table(n=200, seed=0):
    rng = np.random.default_rng(seed)
    kind = rng.integers(2, size=n)
    return pd.DataFrame(
        {
            "weight": np.round(rng.normal(60 + 20 * kind, 3.0), 1),
            "income": np.where(rng.uniform(size=n) < 0.5, 0.0, rng.lognormal(8, 1, n)),
            "visits": rng.negative_binomial(2, 0.3, n),
            "share": rng.beta(2.0, 3.0, n).astype("float32"),
            "job": np.where(kind == 1, "nurse", rng.choice(["clerk", "cook"], n)),
            "grade": pd.Categorical(
                rng.choice(["low", "middle", "high"], n), ["low", "middle", "high"], ordered=True
            ),
            "city": pd.Categorical(rng.choice(["B", "A"], n), ["B", "A", "nowhere"]),
            "stars": rng.integers(1, 6, n).astype("int8"),
            "member": rng.uniform(size=n) < 0.3,
            "year": 2026,
            "note": np.full(n, np.nan),
        }
    )


def with_holes(frame, share=0.3, seed=1):
    """The table with values missing in columns that can have such, and whose dtype stays."""
    holes = np.random.default_rng(seed).uniform(size=frame.shape) < share
    frame = frame.copy()
    for i, name in enumerate(frame):
        if name in ("weight", "income", "share", "job", "grade", "city"):
            frame.loc[holes[:, i], name] = None if name == "job" else np.nan
    return frame
