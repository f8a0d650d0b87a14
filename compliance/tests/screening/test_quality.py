"""The labelled set that the search is measured with."""

from compliance.screening import quality
from compliance.tests.screening.invented import an_index


def test_it_is_the_same_every_time_and_tells_listed_from_others() -> None:
    index = an_index()
    asked = quality.questions(index.entries, of_each=3)
    assert asked == quality.questions(index.entries, of_each=3)
    figures = {
        row.kind: row for row in quality.measure(index, asked, hit=0.82, shown=0.7, done=lambda n: None)
    }
    plain = figures["as listed"]
    assert (plain.is_listed, plain.asked, plain.hit, plain.first) == (True, 3, 3, 3)
    nobody = figures["company nobody lists"]
    assert (nobody.is_listed, nobody.asked, nobody.hit) == (False, 3, 0)
