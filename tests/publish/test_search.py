"""The search: what goes into the index, and what the dialog finds in a real browser.

The site is served below a folder, as GitHub Pages does.
"""

import hashlib
import io
import json
import re
import tokenize
from pathlib import Path

import pytest
from browsing import violations
from conftest import LANGUAGES, ROOT
from playwright.sync_api import expect

from weaver.core.project import Project
from weaver.prose.data import read_glossary
from weaver.publish.search import Section, read_sections

ASSETS = ROOT / "docs" / "assets" / "search"
HOME = {"tr": "", "en": "en/"}


# --- taking sections out of a page -------------------------------------------


def test_a_section_starts_at_each_heading_and_term_with_an_anchor():
    html = """
    <h1 id="a">Title<a class="headerlink" href="#a" title="Permanent link">&para;</a></h1>
    <p>Before the first <em>head</em>ing.</p>
    <h2 id="b">Loss &amp; <code>nn.Linear</code></h2><p>One.</p><p>Two.</p><h3>No anchor</h3>
    <dl><dt id="bias"><strong>bias</strong> · <span lang="tr">sapma</span></dt>
    <dd>A constant.</dd></dl>"""
    assert read_sections(html, "en/page/") == [
        Section("en/page/", "Title", "", "Before the first heading.", 1),
        Section("en/page/#b", "Title", "Loss & nn.Linear", "One. Two. No anchor", 2),
        Section("en/page/#bias", "Title", "bias · sapma", "A constant."),
    ]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<pre><code><span class="n">x</span></code></pre>after', "after"),
        ('<pre class="cell-output" tabindex="0"><samp>0.84</samp></pre>after', "after"),
        ("<figure><svg><title>t</title><text>loss</text></svg></figure>after", "after"),
        ('<details class="code"><summary>Code</summary><pre>x</pre></details>after', "after"),
        ('<details class="success"><summary>Answer</summary><p>42</p></details>', "Answer 42"),
        ('word<sup id="fnref:1"><a class="footnote-ref" href="#fn:1">1</a></sup>.', "word."),
        ('<p>note <a class="footnote-backref" href="#fnref:1">↩</a></p>', "note"),
        ('<abbr title="A constant.">bias</abbr>es', "biases"),
        ('<a href="x/" title="a title">link</a>', "link"),
        ("<p data-search-exclude>no <b>no</b></p><p>yes</p>", "yes"),
        ("<div data-search-exclude>a<div>b<br></div>c</div>after", "after"),
        ("<button>Copy</button>after", "after"),
        ('<a class="cell-link" href="#code-x" aria-label="link">¶</a>after', "after"),
        (
            "<table><thead><tr><th>m</th></tr></thead><tr><td>a</td><td>b</td></tr></table>",
            "a · b ·",
        ),
        ("for <math><mi>w</mi><mo>&lt;</mo><mn>0</mn></math>.", "for w<0."),
        ("for <math><msup><mi>w</mi><mn>2</mn></msup></math>.", "for …."),
        ('for <math display="block"><mi>w</mi></math> end', "for end"),
    ],
)
def test_a_section_is_prose(html, text):
    [section] = read_sections(f"<h1 id='a'>T</h1>{html}", "p/")
    assert section.text == text


def test_a_page_may_stay_out_of_the_index(example):
    page = example.page("en")
    example.edit(page, "---\n", "---\nsearch: {exclude: true}\n")
    assert example.build("--strict").status == 0
    folder = example.root / "site" / "search"
    rows = {code: read_index(folder, code) for code in LANGUAGES}
    assert {address.partition("#")[0] for address, *_ in rows["tr"]} == {"", "line/"}
    assert {address.partition("#")[0] for address, *_ in rows["en"]} == {"en/"}


# --- the index of the real site ----------------------------------------------


def read_index(folder: Path, code: str) -> list[list[str]]:
    return json.loads((folder / f"{code}.json").read_text(encoding="utf-8"))["sections"]


@pytest.fixture(scope="module")
def index(built) -> dict[str, list[list[str]]]:
    return {code: read_index(built / "search", code) for code in LANGUAGES}


def test_every_page_is_in_its_languages_index_and_in_no_other(index):
    pages = {path.stem for path in Project(ROOT).article_paths("tr")}
    for code, rows in index.items():
        found = {address.partition("#")[0] for address, *_ in rows}
        assert found == {HOME[code] + ("" if name == "index" else f"{name}/") for name in pages}


def test_every_result_leads_to_an_anchor_that_exists(built, index):
    for address, *_ in index["tr"] + index["en"]:
        page, _, anchor = address.partition("#")
        html = (built / page / "index.html").read_text(encoding="utf-8")
        assert not anchor or f' id="{anchor}"' in html, address


def test_a_page_has_the_script_if_and_only_if_it_has_the_dialog(built):
    pages = [path.read_text(encoding="utf-8") for path in built.rglob("*.html")]
    scripts = [text.count("assets/search/search.js") for text in pages]
    assert scripts == [text.count('<dialog class="site-search"') for text in pages]
    assert sum(scripts) == 2 * len(Project(ROOT).article_paths("tr"))


def test_every_term_of_the_glossary_is_a_section(index):
    for code, other in (("tr", "en"), ("en", "tr")):
        headings = {row[2] for row in index[code] if row[0].startswith(f"{HOME[code]}glossary/#")}
        terms = {f"{term[code]} · {term[other]}" for term in read_glossary(Project(ROOT))}
        assert headings == terms


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_that_only_code_has_are_not_in_the_index(index, language):
    prose = "".join(
        path.read_text(encoding="utf-8")
        for path in [*(ROOT / "docs" / language).glob("*.md"), *(ROOT / "docs").glob("*.yml")]
    )
    names = set()
    for path in (ROOT / "tutorials_src").glob("*.py"):
        source = io.StringIO(path.read_text(encoding="utf-8"))
        names |= {
            token.string
            for token in tokenize.generate_tokens(source.readline)
            if token.type == tokenize.NAME and len(token.string) > 5
        }
    words = set(re.findall(r"\w+", json.dumps(index[language], ensure_ascii=False)))
    only_code = names - set(re.findall(r"\w+", prose))
    assert len(only_code) > 100
    assert only_code & words == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sign_of_a_link_is_in_the_index(index, language):
    assert [row[0] for row in index[language] if set("¶↩") & set("".join(row[1:]))] == []


def test_the_vendored_libraries_are_what_their_packages_hold():
    said = (ASSETS / "vendor" / "README.txt").read_text(encoding="utf-8")
    files = sorted((ASSETS / "vendor").glob("*.js"))
    assert len(files) == said.count("sha256 ") > 0
    for path in files:
        assert hashlib.sha256(path.read_bytes()).hexdigest() in said
        assert path.with_suffix(".LICENSE.txt").name in said


# --- words -------------------------------------------------------------------

# Forms of one word, with Turkish letters and without.
SAME_TR = """
katman katmanlar katmanı katmana katmanda katmandan katmanın katmanla katmanları katmanlarının
gradyan GRADYAN gradyanlar gradyanı gradyanın gradyana gradyandır gradyanlarını gradyanlarından
doğruluk doğruluğu doğruluğun doğruluğunu doğrulukta dogrulugu DOĞRULUĞUNDAN doğrulukları
kayıp kaybı kaybın kaybına kayıplar kaybını kayıptan KAYIP kaybidir
ağ ağı ağın ağlar ağda ağlarda ağları agin ağdan ağlardaki
eğitim egitim eğitimi eğitimin eğitimde EĞİTİM egitiminden
işlem İşlem İŞLEM islem işlemi işlemler işlemlerin işleminde
ışık IŞIK isik ışığı ışığın
regresyon regresyonu regresyonun regresyonda Regresyonlar regresyondan
fonksiyon fonksiyonu fonksiyonun fonksiyonları fonksiyonlarından
olasılık olasılığı olasılıkları olasiligi olasılıktır
ağırlık ağırlığı ağırlıklar ağırlıkların agirliklari ağırlıklarımızı
model modeli modelin modeller modele modelimiz modelimizin
tensör tensörler tensörü tensörün tensorleri
matris matrisi matrisler matrisin matrise matrisle
yığın yığınlar yığını yığınla yığının
veri veriler veriyi verinin verileri
döngü döngüsü döngünün döngüyü döngüler döngüsünü
değer değeri değerler değerini değerlerinden
türev türevi türevler türevin turevleri
nöron nöronu nöronlar nöronun noronlarin
entropi entropisi entropiyi entropinin
nokta noktalar noktayı noktanın
sınıf sınıfı sınıflar sınıfın siniflari
""".split("\n")[1:-1]
OTHER_TR = "doğru/doğruluk ağ/ağırlık katman/katsayı kayıp/kayıt sınıf/sınama eğim/eğitim"
SAME_EN = """
layer layers Layer LAYERS
gradient gradients GRADIENT
train trained training trains
predict prediction predictions predicted
network networks
accuracy accuracies
batch batches
""".split("\n")[1:-1]
OTHER_EN = "loss/layer gradient/grade network/net accuracy/actual"


@pytest.fixture(scope="module")
def site(built, serve) -> str:
    """Return the site's address; it is below a folder."""
    return f"{serve(built.parent)}/{built.name}/"


@pytest.fixture(scope="module")
def stems(browser, site):
    """Return a function from words and their language to their stems."""
    page = browser.new_page()
    page.goto(site)
    yield lambda language, words: page.evaluate(
        """async ([site, code, list]) => {
          const { comparing, words } = await import(`${site}assets/search/words.js`)
          const { language } = await (await fetch(`${site}search/${code}.json`)).json()
          const { fold, stem } = await comparing(language)
          return list.map(text => [...words(text)].map(({ word }) => stem(fold(word))).join(" "))
        }""",
        [site, language, words],
    )
    page.close()


@pytest.mark.parametrize(
    ("language", "forms"), [("tr", row) for row in SAME_TR] + [("en", row) for row in SAME_EN]
)
def test_the_forms_of_a_word_have_one_stem(stems, language, forms):
    found = stems(language, forms.split())
    assert set(found) == {found[0]}, dict(zip(forms.split(), found, strict=True))


@pytest.mark.parametrize(
    ("language", "pair"),
    [("tr", pair) for pair in OTHER_TR.split()] + [("en", pair) for pair in OTHER_EN.split()],
)
def test_different_words_have_different_stems(stems, language, pair):
    one, other = stems(language, pair.split("/"))
    assert one != other


def test_letters_typed_without_their_marks_never_make_a_difference(stems, index):
    text = " ".join(" ".join(row[1:]) for row in index["tr"])
    words = sorted(set(re.findall(r"[^\W\d_]+", text)))
    plain = [word.translate(str.maketrans("çğıİöşüâîûÇĞÖŞÜ", "cgiIosuaiuCGOSU")) for word in words]
    assert len(words) > 3000
    assert stems("tr", words) == stems("tr", plain)


def test_a_suffix_after_an_apostrophe_is_no_part_of_a_word(stems):
    texts = ["PyTorch'un", "PyTorch’un", "pytorch", "0,9'dan", "0,9"]
    assert stems("tr", texts) == ["pytorch"] * 3 + ["0,9"] * 2


# --- the dialog --------------------------------------------------------------


@pytest.fixture
def visit(browser, site):
    """Return a function that opens a page; at the end, the console must be silent."""
    contexts, wrong = [], []

    def open_page(path: str, width: int = 1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: page.requests.append(request.url))
        page.requests = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
        page.goto(site + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def results(page) -> list[tuple[str, str, str]]:
    """Return (address, "page > heading", text) of each result, in order."""
    return [
        tuple(row)
        for row in page.locator(".site-search__link").evaluate_all(
            """links => links.map(link => {
              const text = name => link.querySelector(`.site-search__${name}`)?.textContent
              return [link.getAttribute("href"),
                      [text("page"), text("title")].filter(Boolean).join(" > "), text("text")]
            })"""
        )
    ]


def ask(page, query: str) -> list[tuple[str, str, str]]:
    """Type a query into the open dialog and return the results."""
    page.locator(".site-search__query").fill(query)
    answer = f".site-search__results[data-query={json.dumps(query, ensure_ascii=False)}]"
    page.locator(answer).wait_for(state="attached")
    return results(page)


@pytest.fixture(scope="module")
def asked(browser, site):
    """Return a function from language and query to results, on one page per language."""
    pages = {}

    def find(language: str, query: str):
        if language not in pages:
            pages[language] = browser.new_page()
            pages[language].goto(site + HOME[language])
            pages[language].locator(".site-search-open").click()
        return ask(pages[language], query)

    yield find
    for page in pages.values():
        page.close()


# A query, and the page and section that must be among the first three results.
FOUND = [
    ("tr", "işlem", "Aletler: tensörler ve işlemleri"),
    ("tr", "İŞLEMLER", "Aletler: tensörler ve işlemleri"),
    ("tr", "islem", "Aletler: tensörler ve işlemleri"),
    ("tr", "egitim", "Özgün ayarlarla eğitim"),
    ("tr", "eğitim", "Özgün ayarlarla eğitim"),
    ("tr", "katmanlar", "PyTorch ile yapay sinir ağı > Katmanlar"),
    ("tr", "katman", "Sözlük > gizli katman · hidden layer"),
    ("tr", "GRADYAN", "Sıfırdan doğrusal regresyon > Gradyan inişi"),
    ("tr", "gradyanlar", "Sıfırdan doğrusal regresyon > Gradyan inişi"),
    ("tr", "gradyan inişi nasıl çalışır", "Sıfırdan doğrusal regresyon > Gradyan inişi"),
    ("tr", "gradyan in", "Sıfırdan doğrusal regresyon > Gradyan inişi"),
    ("tr", "regresyonun", "Sıfırdan lojistik regresyon"),
    ("tr", "doğrusal regresyon", "Sıfırdan doğrusal regresyon"),
    ("tr", "lojistik regresyon", "PyTorch ile lojistik regresyon"),
    ("tr", "lojistk regresyon", "Sıfırdan lojistik regresyon"),
    ("tr", "pytorch nedir", "PyTorch nedir, derin öğrenme neden öne çıktı?"),
    ("tr", "softmax nedir", "Sözlük > softmax · softmax"),
    ("tr", "öğrenme oranı", "PyTorch ile lojistik regresyon > Hangi öğrenme oranı?"),
    ("tr", "ogrenme orani", "PyTorch ile lojistik regresyon > Hangi öğrenme oranı?"),
    ("tr", "dogrulugu", "Sözlük > doğruluk · accuracy"),
    ("tr", "kaybı", "Sıfırdan lojistik regresyon > Kayıp: ikili çapraz entropi"),
    ("tr", "sinir ağları", "PyTorch ile yapay sinir ağı"),
    ("tr", "aşırı öğrenme", "Aşırı öğrenme eğrisi"),
    ("tr", "overfitting", "Sözlük > aşırı öğrenme · overfitting"),
    ("tr", "geri yayılım", "Aktivasyon fonksiyonları ve geri yayılım"),
    ("tr", "relu", "Aktivasyon fonksiyonları ve geri yayılım > ReLU"),
    ("tr", "doğrulama kümesi", "PyTorch ile lojistik regresyon > Doğrulama kümesi"),
    ("tr", "çapraz entropi", "Aktivasyon fonksiyonları ve geri yayılım > Çapraz entropi"),
    ("tr", "zincir kuralı", "Sözlük > zincir kuralı · chain rule"),
    ("tr", "Fashion-MNIST", "PyTorch ile lojistik regresyon > Veri: Fashion-MNIST"),
    ("tr", "nn.Linear", "Aletler: tensörler ve işlemleri"),
    ("en", "layer", "Glossary > hidden layer · gizli katman"),
    ("en", "layers", "An artificial neural network in PyTorch > Layers"),
    ("en", "gradients", "Linear regression from scratch > Gradient descent"),
    ("en", "gradient descent", "Linear regression from scratch > Gradient descent"),
    ("en", "GRADIENT DESC", "Linear regression from scratch > Gradient descent"),
    ("en", "linear regression", "Linear regression from scratch"),
    ("en", "logistc regression", "Logistic regression with PyTorch"),
    ("en", "learning rate", "Linear regression from scratch > Choosing the learning rate"),
    ("en", "what is softmax", "Glossary > softmax · softmax"),
    ("en", "predict", "Logistic regression with PyTorch > Right and wrong predictions"),
    (
        "en",
        "cross entropy loss",
        "Logistic regression from scratch > The loss: binary cross-entropy",
    ),
    ("en", "overfitting", "The curve of overfitting"),
    ("en", "how does backpropagation work", "Activations and backpropagation"),
    ("en", "vanishing gradients", "Sigmoid and the vanishing gradient"),
    ("en", "chain rule", "One neuron: the chain rule"),
    ("en", "tensors", "Tools: tensors and their operations"),
    ("en", "validation", "Logistic regression with PyTorch > The validation set"),
    ("en", "mini-batches", "One by one, all at once, or in mini-batches"),
    ("en", "neural networks", "An artificial neural network in PyTorch"),
    ("en", "accuracy", "Glossary > accuracy · doğruluk"),
    ("en", "DataLoader", "What does the DataLoader cost?"),
    ("en", "AdamW", "The rate for AdamW"),
    ("en", "nn.Linear", "Tools: tensors and their operations"),
]


@pytest.mark.parametrize(("language", "query", "section"), FOUND)
def test_a_query_finds_what_a_learner_means(asked, site, language, query, section):
    found = asked(language, query)
    first = [title for _, title, _ in found[:3]]
    assert any(title == section or title.endswith(f"> {section}") for title in first), first
    addresses = [address.removeprefix(site) for address, *_ in found]
    assert all(address.startswith("en/") == (language == "en") for address in addresses)


def test_dotted_and_dotless_i_find_each_other(example, serve, visit):
    example.edit(example.page("tr"), "# Bir doğru", "# Bir doğru\n\nIŞIK kırılır. İŞLEM biter.")
    assert example.build("--strict").status == 0
    page = visit("")
    page.goto(serve(example.root / "site"))
    page.locator(".site-search-open").click()
    for query in ("ışık", "IŞIK", "isik", "ışığın", "işlem", "İşlem", "ISLEM", "işlemler"):
        assert any("IŞIK kırılır" in text for _, _, text in ask(page, query)), query


@pytest.mark.parametrize("query", ["çikolatalı kek", "zürafa", "?!"])
def test_nothing_found_is_said_with_advice(visit, query):
    page = visit("")
    page.locator(".site-search-open").click()
    assert ask(page, query) == []
    assert page.locator(".site-search__status").inner_text() == f"“{query}” için sonuç bulunamadı."
    link = page.locator(".site-search__advice a")
    assert link.is_visible()
    assert link.evaluate("link => new URL(link.href).pathname") == page.evaluate(
        "location.pathname"
    )


def test_matched_words_are_marked_in_all_their_forms(visit):
    page = visit("")
    page.locator(".site-search-open").click()
    ask(page, "gradyanlar")
    marked = {word.lower() for word in page.locator(".site-search mark").all_inner_texts()}
    assert {"gradyan", "gradyanın"} < marked
    assert all(word.startswith("gradyan") for word in marked)


def test_the_number_of_results_is_announced(visit):
    page = visit("en/")
    page.locator(".site-search-open").click()
    status = page.locator(".site-search__status[role=status]")
    count = len(ask(page, "dropout"))
    assert status.inner_text() == f"{count} results"
    assert 1 < count < 20
    assert len(ask(page, "gradient")) == 20
    assert re.fullmatch(r"The first 20 of \d\d results", status.inner_text())
    ask(page, "logistc")
    assert status.inner_text() == "No exact match; these come closest:"
    ask(page, "")
    assert results(page) == []


def test_nothing_of_the_search_is_fetched_before_it_is_opened(visit):
    page = visit("linear-regression/")
    page.wait_for_load_state("load")
    fetched = [url.rpartition("/")[2] for url in page.requests if "search" in url]
    assert sorted(fetched) == ["search.css", "search.js"]
    page.locator(".site-search-open").click()
    ask(page, "gradyan")
    fetched = [url.rpartition("/")[2] for url in page.requests if "search" in url][2:]
    assert sorted(fetched) == ["engine.js", "minisearch.js", "tr.json", "words.js"]
    page = visit("en/")
    page.locator(".site-search-open").click()
    ask(page, "gradient")
    assert any(url.endswith("/stemmer.js") for url in page.requests)


@pytest.mark.parametrize("key", ["/", "s", "f", "Control+k", "Meta+k"])
def test_a_key_opens_the_search(visit, key):
    page = visit("")
    page.locator(".site-search").wait_for(state="attached")
    page.keyboard.press(key)
    query = page.locator(".site-search__query")
    query.wait_for(state="visible")
    assert query.evaluate("input => input === document.activeElement")
    assert query.input_value() == ""
    page.keyboard.press("Escape")
    query.wait_for(state="hidden")


def test_everything_works_by_keyboard(visit, site):
    page = visit("about/")
    page.locator(".site-search-open").focus()
    page.keyboard.press("Enter")
    page.locator(".site-search__query").wait_for(state="visible")
    page.keyboard.type("gradyan iniş")
    found = page.locator(".site-search__results[data-query='gradyan iniş'] a")
    found.first.wait_for()
    focused = """() => {
      const active = document.activeElement
      if (active.matches(".site-search__query")) return "query"
      return [...document.querySelectorAll(".site-search__link")].indexOf(active)
    }"""
    page.keyboard.press("ArrowUp")
    assert page.evaluate(focused) == "query"
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == 0
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == 1
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate(focused) == "query"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("n")  # goes on with the query, and turns no page
    assert page.locator(".site-search__query").input_value() == "gradyan inişn"
    page.keyboard.press("Escape")
    page.locator(".site-search").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.matches('.site-search-open')")
    assert page.url == site + "about/"

    page.keyboard.press("/")
    page.keyboard.type("gradyan inişi")  # the last query is selected, and replaced
    page.locator(".site-search__results[data-query='gradyan inişi'] a").first.wait_for()
    second = results(page)[1][0]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(second)
    assert page.locator(page.evaluate("location.hash")).count() == 1


def test_enter_opens_the_first_result(visit, site):
    page = visit("about/")
    page.keyboard.press("/")
    page.locator(".site-search__query").fill("relu")
    page.keyboard.press("Enter")  # the index may still be on its way
    page.wait_for_url(site + "activations-and-backpropagation/#relu")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_address_can_ask(visit, language):
    page = visit(f"{HOME[language]}?q=ReLU")
    page.locator(".site-search__results[data-query=ReLU] a").first.wait_for()
    assert page.locator(".site-search__query").input_value() == "ReLU"
    assert results(page)[0][1].endswith(" > ReLU")


def test_a_result_on_this_page_closes_the_dialog(visit):
    page = visit("activations-and-backpropagation/")
    page.locator(".site-search-open").click()
    ask(page, "relu")
    page.locator(".site-search__link").first.click()
    page.locator(".site-search").wait_for(state="hidden")
    expect(page.locator("#relu")).to_be_in_viewport()


def test_a_click_beside_the_dialog_closes_it(visit):
    page = visit("")
    page.locator(".site-search-open").click()
    page.locator(".site-search__query").wait_for(state="visible")
    page.mouse.click(20, 400)
    page.locator(".site-search").wait_for(state="hidden")
    page.locator(".site-search-open").click()
    page.locator(".site-search__close").click()
    page.locator(".site-search").wait_for(state="hidden")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_dialog_fills_a_phone(visit, language):
    page = visit(HOME[language], width=390)
    page.locator(".site-search-open").click()
    ask(page, "softmax")
    assert page.locator(".site-search").bounding_box() == {
        "x": 0,
        "y": 0,
        "width": 390,
        "height": 800,
    }
    assert page.locator(".site-search").evaluate("dialog => dialog.scrollWidth") <= 390
    size = page.locator(".site-search__query").evaluate(
        "i => parseFloat(getComputedStyle(i).fontSize)"
    )
    assert size >= 16  # iOS zooms into smaller fields


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("query", ["softmax", "zürafa"])
def test_the_open_dialog_is_accessible(visit, query, width, theme):
    page = visit("", width, color_scheme=theme)
    page.locator(".site-search-open").click()
    ask(page, query)
    assert violations(page, within=".site-search") == []


def test_a_failure_is_said_and_the_next_letter_tries_again(browser, site):
    page = browser.new_page()
    page.goto(site)
    page.route("**/search/tr.json", lambda route: route.abort())
    page.locator(".site-search-open").click()
    page.locator(".site-search__status", has_text="Arama yüklenemedi").wait_for()
    page.unroute("**/search/tr.json")
    assert ask(page, "gradyan")
    page.close()


def test_without_javascript_there_is_no_button(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    assert page.locator(".site-search-open").count() == 1
    assert not page.locator(".site-search-open").is_visible()
    assert not page.locator(".site-search").is_visible()
    context.close()
