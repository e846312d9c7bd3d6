"""Results that are typed in, told from plain numbers."""

import pytest
from conftest import LANGUAGE

from weaver.check.results import typed_results


@pytest.mark.parametrize(
    ("text", "language", "results"),
    [
        ("60.000 görüntü, 784 piksel", "tr", []),
        ("60,000 images of 28 by 28", "en", []),
        ("doğruluk 0,847", "tr", ["0,847"]),
        ("doğruluk %84", "tr", ["%84"]),
        ("yüzde 84", "tr", ["yüzde 84"]),
        ("0.5 değeri", "tr", ["0.5"]),
        ("20 dakika sürer, 3 sn", "tr", ["20 dakika", "3 sn"]),
        ("accuracy of 84%, or 0.84", "en", ["84%", "0.84"]),
        ("in 12 s or 5 minutes", "en", ["12 s", "5 minutes"]),
        ("5 models, 3 sections", "en", []),
        ("1,000.5 lira", "en", ["1,000.5"]),
    ],
)
def test_typed_results_are_told_from_plain_numbers(text, language, results):
    assert typed_results(text, LANGUAGE[language]) == results
