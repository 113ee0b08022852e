"""The names of fields that mean the same in every model."""

#: the clean data of a noisy x, beside the fields of what has been prepared
TARGET = "target"
#: the weights of the examples, a field that `fit` and `evaluate` take
WEIGHT = "sample_weight"
