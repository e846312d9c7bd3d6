"""Language checks: spelling, the glossary's terms and typography, with file and line."""

import lzma

import pytest
from conftest import LANGUAGE, LANGUAGES, ROOT

from weaver.check.registry import check
from weaver.check.spelling import Speller, words_of
from weaver.check.turkish import is_formed
from weaver.check.typography import find_slips
from weaver.core.language import load_language
from weaver.core.project import Project
from weaver.site import Site


@pytest.fixture(scope="module")
def spellers() -> dict[str, Speller]:
    return {language: Speller(Project(ROOT), language) for language in LANGUAGES}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("tr", "egitim yanlşı herşey birşey yalnış orjinal yapıcaz gelicek dorğu agırlık dogru"),
        ("tr", "kayıpdır kitapda öğrenmak modellarin katmanlerin sınıflandirma gradyanlerin"),
        ("tr", "PyTorchta GPUda tensorler aktivasiyon softmaks"),
        ("en", "trainning recieve accuarcy gradiant occured seperate learnig teh"),
    ],
)
def test_misspelt_words_are_found(spellers, language, words):
    assert [word for word in words.split() if spellers[language].right(word)] == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("tr", "gradyanlarımızdan gradyandır tensörlerinizin hâlleriyle kâğıdı vektördeki"),
        ("tr", "doğrulayabileceksiniz sıfırlamadan yuvarlanamaz zamanlayalım ıraksıyor"),
        ("tr", "PyTorch'un GPU'da Işığında IŞIK İşlem softmax'larınızı hesaplananınki"),
        ("en", "colour learnt neighbours hyperparameters PyTorch's softmaxes"),
    ],
)
def test_right_words_are_not(spellers, language, words):
    assert [word for word in words.split() if not spellers[language].right(word)] == []


def test_what_was_meant_is_suggested(spellers):
    assert "egitim" not in spellers["tr"].suggest("egitimler")
    assert "training" in spellers["en"].suggest("trainning")
    assert spellers["tr"].suggest("PyTorchta") == ["PyTorch'ta"]
    assert "gradyan" in spellers["tr"].suggest("gradyn")


def test_words_are_judged_once(example):
    speller = Speller(example.project, LANGUAGE["tr"])
    assert speller.right("elma")
    assert not speller.right("elmma")
    speller.remember()
    again = Speller(example.project, LANGUAGE["tr"])
    assert again.right("elma")
    assert not again.right("elmma")
    assert "_hunspell" not in vars(again)  # no dictionary was read
    example.project.words.write_text("tr: [elmma]\n", encoding="utf-8")
    assert Speller(example.project, LANGUAGE["tr"]).right("elmma")


def test_words_are_judged_anew_when_what_judges_them_changes(example):
    def load() -> Speller:
        return Speller(example.project, load_language(example.project.languages_folder, "en"))

    speller = load()
    assert not speller.right("zebrafinch's")
    speller.remember()
    assert "zebrafinch" in (example.project.cache / "spelling" / "en.json").read_text("utf-8")
    path = example.project.languages_folder / "en" / "dictionary.dic.xz"
    words = lzma.decompress(path.read_bytes()).replace(b"\nzebra", b"\nzebrafinch", 1)
    path.write_bytes(lzma.compress(words))
    assert load().right("zebrafinch's")


def test_an_unknown_morphology_is_refused(example):
    path = example.project.languages_folder / "en" / "language.yml"
    example.edit(path, "plural: (?:s|es)?", "morphology: klingon")
    (problem,) = check(Site(example.project))
    assert problem.path == path
    assert "no morphology 'klingon': there is turkish" in problem.text


def test_endings_follow_vowels_and_consonants():
    stems = {"kitap", "göz", "araba", "anlatmak", "görmek"}
    right = (
        "kitabı kitapta kitaplarımızdan gözlükçüler gözdeki arabanın arabaya anlatacağız gördüm"
    )
    wrong = "kitapda kitapler gözlar arabaın arabayi anlatecek görduk"
    assert [word for word in right.split() if not is_formed(word, stems.__contains__)] == []
    assert [word for word in wrong.split() if is_formed(word, stems.__contains__)] == []


def test_code_and_addresses_are_no_prose():
    text = "see `lossy` at docs/x.md, X@w, y_hat, conv2d and example.org/abc or loss"
    assert [word for _, word in words_of(text)] == ["see", "at", "and", "or", "loss"]


@pytest.mark.parametrize(
    ("language", "text", "wrong"),
    [
        ("tr", "doğruluk 84% oldu", "yüzde işareti sayıdan önce"),
        ("tr", "doğruluk % 84 oldu", "sonra boşluk konmaz"),
        ("tr", "kayıp 0.5 oldu", "virgülle ayrılır"),
        ("tr", "64lük yığın", "kesme işaretiyle"),
        ("tr", "GPUda çalışır", "kesme işaretiyle"),
        ("tr", "ağ ve ve katman", "a word twice"),
        ("en", "an accuracy of %84", "percent sign stands after"),
        ("en", "an accuracy of 84 %", "no space before the percent"),
        ("en", "a loss of 0,5 here", "after a point"),
        ("en", "in the the net", "a word twice"),
        ("en", "“curved” quotes", "curved quotation"),
        ("en", "sigmoid’s", "curved apostrophe"),
        ("en", "two  spaces", "two spaces"),
        ("en", "a space , before", "a space before"),
        ("en", "and so on...", "three dots"),
        ("en", "one,two", "no space after"),
    ],
)
def test_slips_of_typography_are_found(language, text, wrong):
    assert any(wrong in said for _, _, said, _ in find_slips(text, LANGUAGE[language]))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("tr", "%84,5 ve 60.000 görüntü, 64'lük yığın, 28.3.2022, PyTorch 2.13.0, 3×3, MNIST"),
        ("tr", "yavaş yavaş, tek tek; GPU'da da öyle… 1,5 ile 2,5 arası (bkz. 3)."),
        ("en", "84.5% of 60,000 images, in PyTorch 2.13.0, (1, 2), f(x, y); had had: e.g. x."),
    ],
)
def test_what_is_right_has_no_slips(language, text):
    assert list(find_slips(text, LANGUAGE[language])) == []
