"""Films that people liked: MovieLens latest-small of 2016 (Harper and Konstan, 2015)."""

from typing import NamedTuple

import numpy as np

from keras_vae.datasets.dataset import Dataset, Split
from keras_vae.datasets.stored import stored_arrays

ORIGIN = "MovieLens latest-small of 2016, 100,004 ratings, files.grouplens.org"
KEYS = ("user", "movie", "rating", "movie_id", "title")
LIKED = 4.0
#: films that a user, and training users that a film, must have
LEAST = 5
NUM_HELD_OUT_USERS = 100
#: share of a held-out user's films that are to be found
HIDDEN_SHARE = 0.2


class Films(NamedTuple):
    """What `films` gives.

    Args:
        data: `Dataset` of `Split(x, None)`; `x` uint8 (users, films) of zeros and ones. Those of
            validation and test are what is known of these users.
        hidden_validation: uint8 array (users, films), what else validation users liked.
        hidden_test: uint8 array (users, films), what else test users liked.
        titles: str array (films,).
    """

    data: Dataset
    hidden_validation: np.ndarray
    hidden_test: np.ndarray
    titles: np.ndarray


def films() -> Films:
    """Films that users rated 4 or better, for recommenders that must serve users never seen.

    Users with at least 5 such films are shuffled once by `np.random.RandomState(0)`; 100 are held
    out for validation and 100 for test, all others train, as in Mult-VAE's protocol of strong
    generalization. Films are those that at least 5 training users liked. Of each held-out user a
    fifth of the films, drawn at random, is hidden, and to be found from the others. The file
    `movielens_100k_ratings.npz` is looked for in the folder named by the environment variable
    `KERAS_VAE_DATA`, then in Keras' cache.

    Returns:
        `Films`.

    Raises:
        ValueError: the file is damaged.
        FileNotFoundError: the data is nowhere.

    Licence: GroupLens; research use, redistribution under the same terms with acknowledgement.

    References:
        - [Harper and Konstan, 2015](https://doi.org/10.1145/2827872)
        - [Liang et al., 2018](https://arxiv.org/abs/1802.05814), section 4.2
    """
    arrays = stored_arrays("movielens_100k_ratings", KEYS, ORIGIN)
    rng = np.random.RandomState(0)
    rows, titles = _liked(arrays)
    rows = rows[rows.sum(axis=1) >= LEAST]
    rows = rows[rng.permutation(len(rows))]
    train, held_out = rows[: -2 * NUM_HELD_OUT_USERS], rows[-2 * NUM_HELD_OUT_USERS :]
    kept = train.sum(axis=0, dtype="int64") >= LEAST
    train, held_out = train[:, kept], held_out[:, kept]
    hidden = np.stack([_hidden(row, rng) for row in held_out])
    known, half = held_out - hidden, NUM_HELD_OUT_USERS
    data = Dataset(Split(train), Split(known[:half]), Split(known[half:]))
    return Films(data, hidden[:half], hidden[half:], titles[kept])


def _liked(arrays):
    """Zeros and ones (users, films), and the films' titles."""
    liked = arrays["rating"] >= LIKED
    users, user = np.unique(arrays["user"][liked], return_inverse=True)
    places = np.argsort(arrays["movie_id"])
    film = places[np.searchsorted(arrays["movie_id"][places], arrays["movie"][liked])]
    rows = np.zeros((len(users), len(arrays["movie_id"])), "uint8")
    rows[user, film] = 1
    return rows, arrays["title"]


def _hidden(row, rng):
    """A fifth of a user's films, at least one, zeros and ones (films,)."""
    films = np.flatnonzero(row)
    hidden = np.zeros_like(row)
    if len(films):
        hidden[rng.permutation(films)[: max(1, int(HIDDEN_SHARE * len(films)))]] = 1
    return hidden
