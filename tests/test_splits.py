"""Draws: sizes met, labels in proportion, groups whole, and the same for the same seed."""

import numpy as np
import pytest
from sklearn.model_selection import StratifiedGroupKFold

from mgrlib.errors import LibraryError
from mgrlib.paper import SONGS, TABLE_1
from mgrlib.splits import Split, balanced_subset, draw_split, smaller_sides, stratified_draw

SHARES = np.array(list(TABLE_1.values())) / SONGS


def paper_like(songs: int, *, seed: int = 0) -> np.ndarray:
    """Labels drawn with the shares of the paper's Table 1."""
    return np.random.default_rng(seed).random((songs, 16)) < SHARES


@pytest.mark.parametrize("songs", [100, 600, 960, 4000])
@pytest.mark.parametrize("fraction", [0.1, 0.25])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_test_set_has_its_size_and_every_label_its_share(songs, fraction, seed):
    labels = paper_like(songs)
    split = draw_split(labels, test_fraction=fraction, seed=seed)
    assert len(split.test) == pytest.approx(fraction * songs, abs=0.5)
    expected = fraction * labels.sum(axis=0)
    np.testing.assert_allclose(labels[split.test].sum(axis=0), expected, atol=2)


def test_a_split_has_every_song_once():
    split = draw_split(paper_like(300), test_fraction=0.2, seed=3)
    assert sorted([*split.train, *split.test]) == list(range(300))
    with pytest.raises(ValueError, match="both sides"):
        Split(train=np.array([1, 2]), test=np.array([2]))


def test_a_split_depends_on_seed_and_repeat_alone():
    labels = paper_like(200)
    first = draw_split(labels, test_fraction=0.25, seed=1)
    again = draw_split(labels, test_fraction=0.25, seed=1)
    np.testing.assert_array_equal(first.test, again.test)
    for other in ({"seed": 2}, {"seed": 1, "repeat": 1}):
        different = draw_split(labels, test_fraction=0.25, **other)
        assert set(first.test) != set(different.test)


@pytest.mark.parametrize("groups", [20, 60])
def test_groups_stay_on_one_side(groups):
    labels = paper_like(400)
    group = np.array([f"artist {i}" for i in np.random.default_rng(1).integers(0, groups, 400)])
    split = draw_split(labels, test_fraction=0.25, seed=1, groups=group)
    assert not set(group[split.train]) & set(group[split.test])
    assert len(split.test) == pytest.approx(100, abs=12)
    large = labels.sum(axis=0) > 40
    shares = labels[split.test].sum(axis=0)[large] / labels.sum(axis=0)[large]
    np.testing.assert_allclose(shares, 0.25, atol=0.12)


def tasteful(songs: int, *, artists: int, genres: int = 8, seed: int = 0):
    """Labels of songs by artists of unequal size, most of them true to one genre."""
    rng = np.random.default_rng(seed)
    weight = rng.pareto(2, artists) + 0.2
    artist = rng.choice(artists, songs, p=weight / weight.sum())
    taste = rng.choice(genres, artists, p=rng.dirichlet(np.full(genres, 2.0)))
    own = np.where(rng.random(songs) < 0.8, taste[artist], rng.integers(0, genres, songs))
    return own[:, None] == np.arange(genres), artist


def off(labels: np.ndarray, test: np.ndarray, fraction: float) -> float:
    """Root mean square over genres of the test set's share less the fraction."""
    shares = labels[test].sum(axis=0) / labels.sum(axis=0)
    return float(np.sqrt(np.mean((shares - fraction) ** 2)))


@pytest.mark.parametrize("fraction", [0.1, 0.25])
@pytest.mark.parametrize(("songs", "artists"), [(1000, 200), (4000, 600)])
def test_groups_are_stratified_by_how_many_songs_they_have(songs, artists, fraction):
    labels, artist = tasteful(songs, artists=artists)
    test = draw_split(labels, test_fraction=fraction, seed=1, groups=artist).test
    assert len(test) == pytest.approx(fraction * songs, abs=2)
    folds = StratifiedGroupKFold(round(1 / fraction), shuffle=True, random_state=1)
    _, theirs = next(folds.split(labels, labels.argmax(axis=1), artist))
    assert off(labels, test, fraction) <= min(0.02, off(labels, theirs, fraction))


def test_of_few_groups_the_nearest_are_drawn():
    labels, album = tasteful(120, artists=12, genres=4, seed=2)
    masks = np.arange(2**12)[:, None] >> np.arange(12) & 1 > 0
    counts = np.array([np.append((album == a).sum(), labels[album == a].sum(axis=0))
                       for a in range(12)])  # fmt: skip
    total, drawn = counts.sum(axis=0), masks @ counts
    weight = 1 / total**2 * [4, 1, 1, 1, 1]
    distance = np.square(drawn - 0.25 * total) @ weight
    possible = ((drawn > 0) & (drawn < total)).all(axis=1)
    test = draw_split(labels, test_fraction=0.25, seed=1, groups=album).test
    own = np.isin(np.arange(12), album[test])
    assert distance[(masks == own).all(axis=1)].item() <= 1.5 * distance[possible].min()


def test_a_label_of_two_groups_comes_to_both_sides_and_one_of_one_group_can_not():
    labels = np.zeros((100, 3), dtype=bool)
    labels[:50, 0] = labels[40:50, 1] = labels[60:64, 2] = True
    album = np.arange(100) // 5  # label 1 is albums 8 and 9, label 2 is within album 12
    for seed in range(5):
        split = draw_split(labels, test_fraction=0.1, seed=seed, groups=album)
        assert labels[split.test, 1].sum() == 5
        assert labels[split.test, 2].sum() in (0, 4)
        assert 5 <= len(split.test) <= 15


@pytest.mark.parametrize("groups", [30, 6000])
def test_a_draw_of_groups_depends_on_its_seed_alone(groups):
    labels, artist = tasteful(8000, artists=groups)
    first, again, other = (
        draw_split(labels, test_fraction=0.25, seed=seed, groups=artist).test for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    if groups > 30:
        assert set(first) != set(other)


def test_one_group_can_not_be_split():
    with pytest.raises(LibraryError, match="use split_by=song"):
        draw_split(paper_like(50), test_fraction=0.25, seed=1, groups=np.zeros(50))


@pytest.mark.parametrize(("size", "drawn"), [(0, 0), (-1, 0), (1, 1), (7, 7), (50, 50), (99, 50)])
def test_a_draw_has_the_size_asked_for(size, drawn):
    chosen = stratified_draw(paper_like(50), size, seed=5)
    assert len(chosen) == drawn
    assert len(set(chosen)) == drawn


def test_songs_without_labels_are_drawn_too():
    chosen = stratified_draw(np.zeros((40, 3), dtype=bool), 10, seed=5)
    assert len(chosen) == 10


@pytest.mark.parametrize("column", [0, 2, 7, 15])
def test_a_subset_has_all_positives_and_as_many_negatives(column):
    labels = paper_like(960)
    split = draw_split(labels, test_fraction=0.25, seed=1)
    subset = balanced_subset(labels, column, train=split.train, seed=1)
    positives = split.train[labels[split.train, column]]
    assert set(subset) <= set(split.train)
    assert set(positives) <= set(subset)
    assert len(subset) == 2 * len(positives)


def test_the_negatives_have_the_labels_of_all_negatives():
    labels = paper_like(4000)
    train = np.arange(4000)
    subset = balanced_subset(labels, 4, train=train, seed=1)
    negatives = subset[~labels[subset, 4]]
    everyone = train[~labels[train, 4]]
    others = np.delete(labels, 4, axis=1)
    expected = others[everyone].mean(axis=0) * len(negatives)
    np.testing.assert_allclose(others[negatives].sum(axis=0), expected, atol=2.5)


def test_positives_are_drawn_down_where_they_outnumber_negatives():
    labels = np.zeros((100, 2), dtype=bool)
    labels[:80, 0] = True
    labels[::2, 1] = True
    subset = balanced_subset(labels, 0, train=np.arange(100), seed=1)
    assert labels[subset, 0].sum() == 20
    assert len(subset) == 40


@pytest.mark.parametrize("column", [0, 7, 15])
@pytest.mark.parametrize("most", [5, 20])
def test_a_subset_cut_is_part_of_the_whole_one_and_balanced(column, most):
    labels = paper_like(960)
    train = draw_split(labels, test_fraction=0.25, seed=1).train
    whole = balanced_subset(labels, column, train=train, seed=1)
    cut = balanced_subset(labels, column, train=train, seed=1, most=most)
    side = min(most, len(whole) // 2)
    assert set(cut) <= set(whole)
    assert labels[cut, column].sum() == side
    assert len(cut) == 2 * side


def test_a_subset_that_need_not_be_cut_is_the_same():
    labels = paper_like(960)
    train = np.arange(960)
    whole = balanced_subset(labels, 15, train=train, seed=1)
    for most in (len(whole) // 2, 10_000):
        cut = balanced_subset(labels, 15, train=train, seed=1, most=most)
        np.testing.assert_array_equal(cut, whole)


def test_what_is_cut_keeps_the_other_labels_in_proportion():
    labels = paper_like(4000)
    whole = balanced_subset(labels, 0, train=np.arange(4000), seed=1)
    cut = balanced_subset(labels, 0, train=np.arange(4000), seed=1, most=300)
    for has_genre in (True, False):
        before, after = (labels[rows][labels[rows, 0] == has_genre] for rows in (whole, cut))
        expected = before[:, 1:].mean(axis=0) * 300
        np.testing.assert_allclose(after[:, 1:].sum(axis=0), expected, atol=2.5)


def test_the_smaller_side_is_the_genre_or_what_lacks_it():
    labels = np.array([[1, 0], [1, 0], [1, 1], [0, 0]], dtype=bool)
    np.testing.assert_array_equal(smaller_sides(labels), [1, 1])


def test_a_subset_differs_between_repeats():
    labels = paper_like(300)
    train = np.arange(300)
    subsets = [balanced_subset(labels, 3, train=train, seed=1, repeat=r) for r in (0, 0, 1)]
    np.testing.assert_array_equal(subsets[0], subsets[1])
    assert set(subsets[0]) != set(subsets[2])


def test_the_test_set_is_spread_over_the_table():
    """A table has an order, by artist most often: a draw must not look at it."""
    labels = paper_like(4000)
    tests = [draw_split(labels, test_fraction=0.25, seed=1, repeat=r).test for r in range(4)]
    for test in tests:
        tenths = np.bincount(test // 400, minlength=10)
        # 100 songs of every tenth on average; the standard deviation is 8.2 at most.
        assert np.all(abs(tenths - 100) < 5 * 8.2)
    shared = [len(np.intersect1d(a, b)) / 1000 for a in tests for b in tests if a is not b]
    np.testing.assert_allclose(shared, 0.25, atol=0.07)  # as by chance; 5 standard deviations


def test_negatives_are_spread_over_the_table():
    labels = paper_like(4000)
    jazz = labels.shape[1] - 1
    subset = balanced_subset(labels, jazz, train=np.arange(4000), seed=1)
    negatives = subset[~labels[subset, jazz]]
    assert len(negatives) == labels[:, jazz].sum()
    assert negatives.mean() == pytest.approx(2000, abs=5 * 4000 / np.sqrt(12 * len(negatives)))
