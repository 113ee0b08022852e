"""Figures are drawn without a screen, and pyplot never hears of one."""

import matplotlib
import pytest


@pytest.fixture(autouse=True)
def off_screen():
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    yield
    assert not plt.get_fignums()
