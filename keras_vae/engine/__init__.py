"""The engine: how `fit` and `evaluate` run. See this folder's README."""
