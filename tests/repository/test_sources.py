"""Everything that the source documents cover can be pointed to on the site.

A row names a point of a source, the page that covers it, and words that its
Turkish and its English text must contain (regular expressions, in any case).
"""

import re

import pytest
from conftest import LANGUAGES, ROOT

from weaver.core.project import Project
from weaver.prose.data import read_checked

LINEAR = "linear-regression"
SCRATCH = "logistic-regression-from-scratch"
PYTORCH = "pytorch-logistic-regression"
MNIST = "mnist-softmax-regression"
ACTIVATIONS = "activations-and-backpropagation"
ANN = "pytorch-artificial-neural-network"

COVERED = [
    ("A, why deep learning took over", PYTORCH, "konuşma tanıma", "speech recognition"),
    ("A, CPU and GPU, measured", PYTORCH, 'cell\\("timing"\\)', 'cell\\("timing"\\)'),
    ("A, tensors beside NumPy", PYTORCH, "torch.from_numpy", "torch.from_numpy"),
    ("A, computation graph drawn", PYTORCH, "hesap grafiği", "computation graph"),
    ("A, the data", PYTORCH, "60\\.000", "60,000"),
    ("A, divide by 255", PYTORCH, "255", "255"),
    ("A, validation split", PYTORCH, "doğrulama kümesi", "validation set"),
    ("A, published figures", PYTORCH, "quoted.zalando_logistic", "quoted.zalando_logistic"),
    ("A, the quickstart", PYTORCH, "quoted.pytorch_quickstart", "quoted.pytorch_quickstart"),
    ("B, hidden and why", ANN, "gizli katman", "hidden layer"),
    ("B, the network drawn", ANN, 'cell\\("network-drawn"', 'cell\\("network-drawn"'),
    ("B, nodes are a hyperparameter", ANN, "hiperparametre", "hyperparameter"),
    ("B, tanh, measured", ANN, "tanh", "tanh"),
    ("B, further reading", ANN, "Kızrak", "Kızrak"),
    ("B, the digit CSV", ANN, "digit.recognizer", "digit.recognizer"),
    ("B, published figures", ANN, "quoted\\.", "quoted\\."),
    ("C1, kinds of learning", LINEAR, "pekiştirmeli", "reinforcement"),
    ("C1, matrix notation", LINEAR, "satırlar", "rows"),
    ("C1, loops and vectors", LINEAR, "vektör", "vectori[sz]ed"),
    ("C2, house prices", LINEAR, "120 m²", "120 m²"),
    ("C3, why squares", LINEAR, "neden kare", "why square"),
    ("C3, robust losses", LINEAR, "Huber", "Huber"),
    ("C4, np.matmul", LINEAR, "np.matmul", "np.matmul"),
    ("C5, derivation", LINEAR, "partial", "partial"),
    ("C5, learning rates", LINEAR, "öğrenme oranı", "learning rate"),
    ("C5, normal equation", LINEAR, "normal denklem", "normal equation"),
    ("C6, sigmoid", SCRATCH, "sigmoid", "sigmoid"),
    ("C6, tumour size", SCRATCH, "tümör", "tumou?r"),
    ("C6, decision surface", SCRATCH, "karar (yüzeyi|sınırı)", "decision (surface|boundary)"),
    ("C6, BCE and its minus", SCRATCH, "çapraz entropi", "cross-entropy"),
    ("C6, threshold", SCRATCH, "eşik", "threshold"),
    ("C7, batching", SCRATCH, "mini yığın", "mini-batch"),
    ("C7, what comes later", SCRATCH, "ön işleme", "preprocess"),
    ("D, tensors and operations", MNIST, "tensör", "tensor"),
    ("D, MNIST", MNIST, "10\\.000 sınama", "10,000"),
    ("D, forward, loss, backward, update", MNIST, "ileri", "forward"),
    ("D, the loss curve", MNIST, 'cell\\("loss-figure"', 'cell\\("loss-figure"'),
    ("D, a sample with labels", MNIST, 'cell\\("sample"', 'cell\\("sample"'),
    ("D, limits and what a network adds", MNIST, "network_accuracy", "network_accuracy"),
    ("E, chain rule", ACTIVATIONS, "zincir kuralı", "chain rule"),
    ("E, negative gradient", ACTIVATIONS, "negatif gradyan", "negative gradient"),
    ("E, linear activation", ACTIVATIONS, "g\\(z\\) = z", "g\\(z\\) = z"),
    ("E, vanishing gradients", ACTIVATIONS, "kaybolan gradyan", "vanishing gradient"),
    ("E, ReLU's history", ACTIVATIONS, "2010", "2010"),
    ("E, leaky ReLU", ACTIVATIONS, "leaky|sızıntılı", "leaky"),
    ("E, softmax", ACTIVATIONS, "softmax", "softmax"),
    ("E, not squared error", ACTIVATIONS, "kare hata", "squared error"),
    ("E, from logits", ACTIVATIONS, "from_logits", "from_logits"),
    ("E, 3Blue1Brown and StatQuest", ACTIVATIONS, "StatQuest", "3Blue1Brown"),
]


@pytest.mark.parametrize(("point", "page", "turkish", "english"), COVERED, ids=lambda row: row)
def test_a_point_of_a_source_is_covered(point, page, turkish, english):
    for language, words in zip(LANGUAGES, (turkish, english), strict=True):
        text = (ROOT / "docs" / language / f"{page}.md").read_text(encoding="utf-8")
        text = text.replace("İ", "i").replace("I", "ı") if language == "tr" else text
        words = words.replace("I", "ı") if language == "tr" else words
        assert re.search(words, text, re.IGNORECASE), f"{point}: {words!r} in docs/{language}"


def test_every_source_has_its_figures_checked():
    sources = {entry["source"] for entry in read_checked(Project(ROOT))}
    assert sources == {"A", "B", "C", "D", "E"}
