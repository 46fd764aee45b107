"""A film that comes again is known, however it was coded, scaled, framed or cut; another one is not."""

import numpy as np
import pytest
from django.utils import timezone

from lifelong.jobs.running import drain
from lifelong.media import probe
from lifelong.media.models import MediaFile
from lifelong.media.tests import cast
from lifelong.screening import actions, queries
from lifelong.screening.likeness import reading
from lifelong.screening.likeness.comparing import Packed, compare, pack, worth_a_look
from lifelong.screening.models import Fingerprint, Likeness
from lifelong.screening.tests.films import Film, made


def known(film: Film, number: int = 1) -> Packed:
    path = made(film)
    return Packed(number, *pack(*reading.read(path, probe.probe_facts(path))))


FILM = Film()


@pytest.fixture(scope="module")
def first() -> Packed:
    return known(FILM)


@pytest.mark.parametrize(
    "again",
    [
        FILM.but(crf=38, bit_rate=48_000), FILM.but(size=(192, 108)), FILM.but(letterbox=30), FILM.but(logo=True), FILM.but(crop=0.04),
        FILM.but(intro_s=5), FILM.but(size=(192, 108), letterbox=16, logo=True, intro_s=3, crf=33, bit_rate=64_000),
    ],
    ids=["coded anew", "smaller", "letterboxed", "with a logo", "cropped", "with a black beginning", "all of it"],
)  # fmt: skip
def test_a_film_that_comes_again_is_known_by_picture_and_by_sound(first, again):
    other = known(again, 2)
    assert worth_a_look(first, [other]) == [2]
    alike = compare(first, other)
    assert alike is not None
    assert alike.picture >= 0.8
    assert alike.sound >= 0.3


def test_another_film_is_not_taken_for_it(first):
    assert compare(first, known(Film(seed=9, tune=9), 2)) is None


def test_the_same_pictures_with_another_sound_and_the_same_sound_with_other_pictures(first):
    dubbed, filmed = compare(first, known(FILM.but(tune=7), 2)), compare(first, known(FILM.but(seed=7), 3))
    assert dubbed is not None
    assert filmed is not None
    assert (dubbed.picture >= 0.8, dubbed.sound) == (True, 0.0)
    assert filmed.sound >= 0.8


def test_one_slide_alone_proves_nothing(first):
    lesson, next_lesson = known(Film(shots=1, tune=3), 1), known(Film(shots=1, tune=4), 2)
    assert compare(lesson, next_lesson) is None


def test_a_black_and_silent_film_has_nothing_to_be_known_by():
    nothing = known(Film(shots=0, intro_s=3, tune=0))
    assert (nothing.pictures, nothing.marks) == (b"", b"")
    assert compare(nothing, nothing) is None


@pytest.mark.django_db(transaction=True)
class TestInTheLibrary:
    @pytest.fixture(autouse=True)
    def folders(self, tmp_path, settings):
        settings.DATA = tmp_path
        settings.UPLOADS, settings.FILES = tmp_path / "uploads", tmp_path / "files"
        settings.PUBLIC_FILES, settings.DISK_KEPT_FREE_BYTES = tmp_path / "files" / "public", 0
        settings.ADAPTIVE_STREAMS = False
        settings.UPLOADS.mkdir()

    def test_a_film_is_compared_with_all_when_it_has_come(self):
        college, person = cast.institution(), cast.person("r@example.org")
        files = [
            cast.stored(college, person, made(one)) for one in (FILM, FILM.but(crf=35, logo=True), Film(seed=5, tune=5))
        ]
        drain()
        assert Fingerprint.objects.count() == 3
        pair = Likeness.objects.get()
        assert (pair.one_id, pair.other_id) == (files[0].pk, files[1].pk)
        assert queries.likenesses([files[1].pk]) == [(files[1].pk, files[0].pk, pair.picture, pair.sound)]
        Fingerprint.objects.all().delete()
        assert actions.owe_missing() == 3

    def test_however_many_there_are_two_queries_compare_them(self, django_assert_num_queries):
        college = cast.institution()
        chance = np.random.default_rng(1)
        files = MediaFile.objects.bulk_create(
            MediaFile(institution=college, original_name="a.mp4", size=1, sha256=str(n), path="a") for n in range(2000)
        )
        prints = [
            pack(chance.integers(0, 1 << 63, 20).tolist(), np.sort(chance.integers(0, 1 << 63, 96)).tolist())
            for _file in files
        ]
        prints[7] = prints[3]
        now = timezone.now()
        Fingerprint.objects.bulk_create(
            Fingerprint(media_file=file, pictures=a, marks=b, places=c, made_at=now)
            for file, (a, b, c) in zip(files, prints, strict=True)
        )
        asked = Fingerprint.objects.select_related("media_file").get(media_file=files[3])
        with django_assert_num_queries(2):
            found = queries.alike(asked)
        assert [(one.number, one.picture, one.sound) for one in found] == [(files[7].pk, 1.0, 1.0)]
