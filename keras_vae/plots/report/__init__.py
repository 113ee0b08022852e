"""A report of a model as one page: `report_html`, the sections, and the page they stand on."""

from keras_vae.plots.report.report_html import report_html

__all__ = ["report_html"]
