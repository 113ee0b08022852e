"""Figures are drawn without a screen, and closed after each test."""

import matplotlib
import pytest


@pytest.fixture(autouse=True)
def off_screen():
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    yield
    plt.close("all")
