"""The one kind of error by which a preset is refused."""


class PresetError(ValueError):
    """A preset is damaged, of a newer version, too large, or names what it may not.

    Every refusal of a preset's content, and of the archive it comes in, is of this kind. It is a
    `ValueError`.
    """
