"""The loss curves: a panel a term, training and validation in it."""

import keras
import pytest

from keras_vae import plots

HISTORY = {
    "loss": [3.0, 2.0, 1.5, 1.25],
    "kl": [0.1, 0.2, 0.3, 0.4],
    "val_loss": [3.5, 2.5, 2.0, 2.0],
    "val_kl": [0.2, 0.2, 0.2, 0.2],
    "learning_rate": [0.1, 0.1, 0.01, 0.01],
}


def keras_history(curves):
    history = keras.callbacks.History()
    history.history = curves
    return history


@pytest.mark.parametrize("wrap", [dict, keras_history])
def test_each_term_has_a_panel(wrap):
    figure = plots.loss_curves(wrap(HISTORY))
    assert [axes.get_title() for axes in figure.axes] == ["loss", "kl", "learning_rate"]
    for axes in figure.axes[:2]:
        lines = {line.get_label(): line for line in axes.lines}
        assert list(lines) == ["training", "validation"]
        assert lines["training"].get_ydata().tolist() == HISTORY[axes.get_title()]
        assert lines["validation"].get_ydata().tolist() == HISTORY[f"val_{axes.get_title()}"]
        assert lines["training"].get_xdata().tolist() == [1, 2, 3, 4]
        assert axes.get_xlabel() == "epoch" and axes.get_legend() is not None
    assert len(figure.axes[2].lines) == 1 and figure.axes[2].get_legend() is None


def test_rare_validation_stands_at_its_epochs():
    (axes,) = plots.loss_curves({"loss": [5, 4, 3, 2, 1], "val_loss": [4.5, 2.5]}).axes
    assert axes.lines[1].get_xdata().tolist() == [2, 4]


def test_panels_wrap_after_three_and_none_is_empty():
    figure = plots.loss_curves({name: [1.0] for name in "abcde"})
    assert [axes.get_title() for axes in figure.axes] == list("abcde")
    assert figure.axes[3].get_position().y0 < figure.axes[0].get_position().y0


@pytest.mark.parametrize("history", [{}, {"loss": []}, [1.0, 2.0], None])
def test_nothing_to_draw(history):
    with pytest.raises(ValueError, match="`history` must be what `fit` returned.*Received: hist"):
        plots.loss_curves(history)
