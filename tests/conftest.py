"""What holds for all tests: the backend, no window for plots, the same seeds in each test."""

import importlib.util
import os
from pathlib import Path

BACKENDS = ("tensorflow", "jax", "torch")

# Keras knows no fallback: without TensorFlow it fails to import unless it is told another backend.
if "KERAS_BACKEND" not in os.environ and not importlib.util.find_spec("tensorflow"):
    installed = [name for name in BACKENDS if importlib.util.find_spec(name)]
    os.environ["KERAS_BACKEND"] = installed[0] if installed else "tensorflow"

os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# The same small programs are compiled by test after test, which is most of what they cost on JAX.
os.environ.setdefault(
    "JAX_COMPILATION_CACHE_DIR", str(Path(__file__).parents[1] / ".pytest_cache" / "jax")
)
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")

import keras  # noqa: E402
import memory  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402

PEAKS = []  # bytes, of each worker

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

    # As of XLA in `__main__.py`: programs that run once are not worth the time of an optimiser.
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    from keras_vae.engine.loops import tensorflow as loops

    # Nor is XLA, whose programs TensorFlow never frees: the tests do without where neither they nor
    # `pytest.mark.xla` ask for it.
    USE_XLA = loops.use_xla
    loops.use_xla = lambda model: model.requested_jit != "auto" and USE_XLA(model)

#: tests of NumPy, Matplotlib, files and arguments alone: they run on one backend, the last that is
#: there, for torch compiles nothing; single tests are marked by `pytest.mark.once`
WITHOUT_BACKEND = (
    "bad_input",
    "contract/test_models_in_plots.py",
    "datasets",
    "estimators/test_check_estimator.py",
    "estimators/test_model_choice.py",
    "estimators/test_tables.py",
    "evaluation/disentanglement",
    "evaluation/ranking",
    "evaluation/representation",
    "evaluation/samples",
    "evaluation/topics/test_coherence.py",
    "models/test_paper_constructor.py",
    "models/test_tables_at_the_door.py",
    "plots",
    "pretrained/test_atomic.py",
    "pretrained/test_fuzz_of_kinds.py",
    "samplers/test_gaussian_mixture.py",
    "samplers/test_kde.py",
    "test_packaging.py",
    "test_docs.py",
)


def pytest_collection_modifyitems(items):
    """Run tests without a backend once."""
    installed = [name for name in BACKENDS if importlib.util.find_spec(name)]
    if keras.backend.backend() == installed[-1]:
        return
    skip = pytest.mark.skip(reason=f"runs on {installed[-1]}")
    for item in items:
        place = item.path.relative_to(Path(__file__).parent)
        is_without = any(place.is_relative_to(path) for path in WITHOUT_BACKEND)
        if is_without or item.get_closest_marker("once"):
            item.add_marker(skip)


@pytest.fixture(autouse=True)
def same_seeds():
    """Every test begins at the same seeds, and leaves NumPy's global generator as it found it."""
    state = np.random.get_state()
    keras.utils.set_random_seed(0)
    yield
    np.random.set_state(state)


@pytest.fixture(autouse=True)
def xla_where_asked_for(request, monkeypatch):
    """On TensorFlow the package's own choice of XLA, for tests marked by `pytest.mark.xla`."""
    if keras.backend.backend() == "tensorflow" and request.node.get_closest_marker("xla"):
        monkeypatch.setattr(loops, "use_xla", USE_XLA)


@pytest.fixture(autouse=True, scope="module")
def models_are_freed():
    """After every test file, its models and their programs are freed."""
    yield
    memory.free()


@pytest.fixture(autouse=True)
def memory_is_freed():
    """Within a test file too, where its tests have compiled much."""
    yield
    memory.free_if_grown()


def pytest_sessionfinish(session):
    """Each worker tells its peak of memory."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["peak"] = memory.peak()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Keep what a worker told; one that crashed told nothing."""
    PEAKS.append(getattr(node, "workeroutput", {}).get("peak", float("nan")))


def pytest_terminal_summary(terminalreporter):
    """The peak of memory, which a laptop must hold for each worker."""
    peaks = PEAKS or [memory.peak()]
    terminalreporter.write_line(
        f"peak memory of {len(peaks)} process(es): {max(peaks) / 2**30:.2f} GB each at most"
    )
