"""The documentation site: `python -m sphinx -W --keep-going -j 2 docs docs/_build/html`."""

import os
import sys
from pathlib import Path

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS.parent), str(DOCS / "_extensions")]

# For the kernels of the tutorials too: this checkout, on the backend that starts quickest.
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [str(DOCS.parent), os.environ.get("PYTHONPATH")])
)
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Most of what a small model costs is its compilation; tutorials compile the same programs.
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(DOCS / "_build" / "jax"))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")

import keras_vae  # noqa: E402

project = "keras_vae"
author = copyright = "The keras_vae authors"
version = release = keras_vae.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "docstrings",
    "katex",
    "zoo",
    "results",
    "side_by_side",
    "repository",
    "tables",
]
exclude_patterns = ["_build", "_extensions"]
# Guides join the site as their packages do; tutorials that are not run have no language.
suppress_warnings = ["toc.empty_glob", "myst-nb.lexer"]
nitpicky = True  # a reference that leads nowhere is a warning, and a warning is an error

# ---- text ------------------------------------------------------------------------------------

myst_enable_extensions = ["attrs_block", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

# ---- tutorials -------------------------------------------------------------------------------

nb_execution_mode = "cache"  # a tutorial runs again when its code has changed
nb_execution_cache_path = str(DOCS / "_build" / "executed")
nb_execution_raise_on_error = True
nb_execution_timeout = 600
nb_merge_streams = True
nb_output_stderr = "remove"  # what JAX and TensorFlow say of the machine
copybutton_selector = "div:not(.output) > div.highlight > pre"
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

# ---- docstrings ------------------------------------------------------------------------------

autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_inherit_docstrings = False
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
napoleon_custom_sections = [("Call arguments", "params_style"), ("Reference", "notes_style")]
python_use_unqualified_type_names = True

# ---- pages -----------------------------------------------------------------------------------

html_theme = "furo"
html_title = "keras_vae"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"navigation_with_keys": True}

html_math_renderer = "katex"
