"""Logistic regression in NumPy, from the sigmoid to a model PyTorch confirms.

A straight line is a poor classifier: a few easy examples push its boundary.
The sigmoid's boundary hardly moves:

>>> line_mistakes, line_mistakes_far
(2, 4)
>>> logistic_mistakes, logistic_mistakes_far
(2, 2)
>>> abs(logistic_boundary_far - logistic_boundary) < 0.1
True

The worked examples of the course:

>>> round(example_z, 2), round(example_y_hat, 3), example_class
(-3.55, 0.028, 0)
>>> round(bce_example, 2)
0.27
>>> step_z, step_new_w
([12.0, 30.0], [1.95, 1.9, 1.85])
>>> round(step_bce_before, 2), round(step_bce_after, 2)
(6.0, 5.65)

The textbook formulas fail where the ones from logits do not:

>>> naive_fails_on, stable_fails_on
(6, 0)
>>> saturation_float32, saturation_float64
(17, 37)

The gradient, by three other ways and by PyTorch:

>>> loop_difference < 1e-12
True
>>> numeric_difference < 1e-8
True
>>> torch_gradient_difference < 1e-12
True
>>> torch_loss_difference < 1e-12
True

A network of one nn.Linear, trained the same way, is the same model:

>>> weight_difference_float64 < 1e-10
True
>>> weight_difference_float32 < 1e-4
True
>>> class_disagreements_float64
0

Batches, on the same machine and the same 10,000 images:

>>> epoch_seconds["1"] > 2.5 * epoch_seconds["64"]
True
>>> epoch_seconds["1"] == max(epoch_seconds.values())
True
>>> seconds_to_goal["64"] < seconds_to_goal["1"]
True
>>> full_loss_in_five > max(batch_loss["1"], batch_loss["128"]) + 0.1
True
>>> batch_loss["full"] > max(batch_loss["1"], batch_loss["128"])
True

The test set, five seeds; two features alone do worse:

>>> final_lr > lr
True
>>> 0.842 <= test_accuracy_mean <= 0.851
True
>>> test_accuracy_spread < 0.003
True
>>> 0.78 <= two_feature_accuracy <= 0.83
True

The threshold trades precision for recall, and the probabilities mean
what they say:

>>> all(a >= b for a, b in zip(recalls, recalls[1:]))
True
>>> low_recall > mid_recall > high_recall
True
>>> low_precision < mid_precision < high_precision
True
>>> calibration_gap < 0.1
True

The exercises:

>>> 15 <= steps_until_right <= 25
True
>>> bce_slope_by_squared_slope > 1000
True
>>> scaled_accuracy == unscaled_accuracy
True
>>> scaled_loss > 2 * unscaled_loss
True
>>> costs_at_half > costs_at_best_theory
True
>>> centred_lr_limit > 5 * raw_lr_limit
True
>>> raw_loss > centred_loss + 0.02
True
"""

# %% imports
import statistics
import time

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

# %% torchvision-import tags=["hidden"]
try:
    from torchvision import datasets
except RuntimeError:  # torchvision's compiled operators miss this torch
    for _operator in ("nms", "qnms"):
        torch.library.define(
            f"torchvision::{_operator}",
            "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
        )
    from torchvision import datasets

# %% tumours
size = np.array([0.6, 0.9, 1.2, 1.5, 1.8, 2.1, 2.4, 2.7, 3.0, 3.3, 3.6, 3.9])
malignant = np.array([0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1])
size_far = np.append(size, [10.0, 11.0, 12.0, 13.0])  # large: easy
malignant_far = np.append(malignant, [1, 1, 1, 1])


# %% tumour-line
def line_boundary(size, y):
    """Return the size at which the least-squares line crosses 0.5."""
    slope, intercept = np.polyfit(size, y, 1)
    return float((0.5 - intercept) / slope)


def count_mistakes(size, y, boundary):
    """Return how many tumours lie on the wrong side of the boundary."""
    return int(np.sum((size >= boundary) != y))


line_boundary_near = line_boundary(size, malignant)
line_boundary_far = line_boundary(size_far, malignant_far)
line_mistakes = count_mistakes(size, malignant, line_boundary_near)
line_mistakes_far = count_mistakes(size, malignant, line_boundary_far)

# %% tumour-line-figure tags=["display"]
fig, ax = plt.subplots(figsize=(5.5, 3.2))
for which, mark in ((malignant_far == 0, "C0o"), (malignant_far == 1, "C1^")):
    ax.plot(size_far[which], malignant_far[which], mark)
across = np.array([0, 13.5])
ax.plot(across, np.polyval(np.polyfit(size, malignant, 1), across), "C2-")
far_line = np.polyfit(size_far, malignant_far, 1)
ax.plot(across, np.polyval(far_line, across), "C3--")
ax.axhline(0.5, color="0.5", lw=0.8)
ax.text(5.7, 1.4, "first 12 tumours", color="C2")
ax.text(8.0, 0.62, "all 16", color="C3")
ax.text(3.3, -0.05, "benign (0)", color="C0")
ax.text(4.6, 0.97, "malignant (1)", color="C1")
ax.set(xlabel="tumour size (cm)", ylabel="class", ylim=(-0.3, 1.6))
plt.show()


# %% naive-sigmoid
def naive_sigmoid(z):
    """Return 1 / (1 + e^-z), as the formula is written.

    >>> float(naive_sigmoid(0.0))
    0.5
    """
    return 1 / (1 + np.exp(-z))


sigmoid_at = {str(z): float(naive_sigmoid(z)) for z in (-4, -2, 2, 4)}

# %% sigmoid-figure tags=["display"]
line = np.linspace(-8, 8, 81)
fig, ax = plt.subplots(figsize=(5.5, 3.0))
ax.axhline(0, color="0.5", lw=0.8)
ax.axhline(1, color="0.5", lw=0.8)
ax.axvline(0, color="0.5", lw=0.8, ls=":")
ax.plot(line, naive_sigmoid(line), "C0-", lw=2)
ax.plot(0, 0.5, "C1o")
ax.annotate(
    "σ(0) = 0.5", (0, 0.5), (10, -4), textcoords="offset points", color="C1"
)
ax.text(-7.8, 0.1, "class 0")
ax.text(5.6, 0.86, "class 1")
ax.set(xlabel="z", ylabel="σ(z)", yticks=[0, 0.25, 0.5, 0.75, 1])
plt.show()


# %% saturation
def saturation(kind):
    """Return the first whole z whose sigmoid is stored as exactly 1."""
    return next(z for z in range(100) if naive_sigmoid(kind(z)) == 1)


saturation_float32 = saturation(np.float32)
saturation_float64 = saturation(np.float64)

# %% prediction
w = np.array([2.8, -4.5])
b = 0.4
x = np.array([1.0, 1.5])

z = w @ x + b
y_hat = naive_sigmoid(z)
example_z, example_y_hat = float(z), float(y_hat)
example_class = int(y_hat >= 0.5)


# %% naive-bce
def naive_bce(y_hat, y):
    """Return the mean binary cross-entropy of probabilities.

    >>> round(float(naive_bce(np.array([0.5]), np.array([1]))), 4)
    0.6931
    """
    log_likelihood = y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)
    return -np.mean(log_likelihood)


y = np.array([1, 1, 0])
y_hat = np.array([0.9, 0.7, 0.3])
bce_example = float(naive_bce(y_hat, y))
bce_parts = [float(naive_bce(y_hat[i], y[i])) for i in range(3)]
log_likelihood_sum = -sum(bce_parts)

# %% bce-figure tags=["display"]
share = np.linspace(0.005, 0.995, 100)
fig, ax = plt.subplots(figsize=(5.5, 3.2))
ax.plot(share, -np.log(share), "C1-")
ax.plot(share, -np.log(1 - share), "C0--")
ax.plot([0.9, 0.7], bce_parts[:2], "C1^")
ax.plot(0.3, bce_parts[2], "C0o")
ax.text(0.07, 3.2, "y = 1: −log ŷ", color="C1")
ax.text(0.93, 3.2, "y = 0: −log(1 − ŷ)", color="C0", ha="right")
ax.set(xlabel="ŷ, the probability of class 1", ylabel="loss", ylim=(0, 5))
plt.show()

# %% naive-fails
z = np.array([-800.0, -40.0, 40.0, 800.0])
naive_losses = {}
with np.errstate(all="ignore"):  # or NumPy warns of what we came to see
    for y in (1, 0):
        y_hat = naive_sigmoid(z)
        log_likelihood = y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)
        naive_losses[y] = -log_likelihood


# %% stable
def sigmoid(z):
    """Return 1 / (1 + e^-z) without overflow.

    >>> sigmoid(np.array([-800.0, 0.0, 800.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.exp(-np.logaddexp(0, -z))


def bce(z, y):
    """Return the mean binary cross-entropy, from z rather than from y_hat.

    >>> float(bce(np.array([-800.0, 800.0]), np.array([1, 1])))
    400.0
    """
    return np.mean(np.logaddexp(0, z) - y * z)


stable_losses = {
    y: np.array([bce(z_i, y) for z_i in z]) for y in naive_losses
}

# %% stable-checked
true_losses = {y: np.maximum(z * (1 - 2 * y), 0) for y in naive_losses}
naive_fails_on = stable_fails_on = 0
for y, true_loss in true_losses.items():
    naive_fails_on += int(np.sum(~np.isclose(naive_losses[y], true_loss)))
    stable_fails_on += int(np.sum(~np.isclose(stable_losses[y], true_loss)))

# %% stable-shown tags=["display"]
print("  y      z    naive BCE    from z")
for label in naive_losses:
    for at, bad, good in zip(z, naive_losses[label], stable_losses[label]):
        print(f"{label:>3}{at:>7.0f}{bad:>13.3g}{good:>10.3g}")


# %% gradients
def gradients(X, y, w, b):
    """Return the gradients of BCE by w and by b.

    Shapes: X (n, d), y (n,), w (d,); b is a number.
    """
    error = sigmoid(X @ w + b) - y
    return X.T @ error / len(y), error.mean()


def gradients_loop(X, y, w, b):
    """Do the same one number at a time, as the sums are written."""
    n, d = X.shape
    w_gradient, b_gradient = np.zeros(d), 0.0
    for i in range(n):
        z = b
        for j in range(d):
            z += w[j] * X[i, j]
        error = sigmoid(z) - y[i]
        for j in range(d):
            w_gradient[j] += error * X[i, j] / n
        b_gradient += error / n
    return w_gradient, b_gradient


# %% gradients-checked
def numeric_gradients(X, y, w, b, step=1e-5):
    """Return the slopes of the loss, from two nearby points each."""
    w_gradient = np.zeros(len(w))
    for j in range(len(w)):
        nudge = step * np.eye(len(w))[j]
        rise = bce(X @ (w + nudge) + b, y) - bce(X @ (w - nudge) + b, y)
        w_gradient[j] = rise / (2 * step)
    rise = bce(X @ w + b + step, y) - bce(X @ w + b - step, y)
    return w_gradient, rise / (2 * step)


def largest_difference(first, second):
    """Return how far two pairs of gradients are apart, at most."""
    return float(max(np.abs(p - q).max() for p, q in zip(first, second)))


rng = np.random.default_rng(0)
X, y = rng.normal(size=(50, 4)), rng.integers(0, 2, size=50)
w, b = rng.normal(size=4), 0.3
by_matrices = gradients(X, y, w, b)
loop_difference = largest_difference(by_matrices, gradients_loop(X, y, w, b))
numeric_difference = largest_difference(
    by_matrices, numeric_gradients(X, y, w, b)
)

# %% one-step
X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
y = np.array([0, 1])
w = np.array([2.0, 2.0, 2.0])
lr = 0.1

z = X @ w
error = sigmoid(z) - y
gradient = X.T @ error / len(y)
new_w = w - lr * gradient

# %% one-step-values
step_z = z.tolist()
step_gradient = [round(float(g), 4) for g in gradient]
step_new_w = [round(float(v), 4) for v in new_w]
step_new_z = (X @ new_w).tolist()
step_bce_before, step_bce_after = float(bce(z, y)), float(bce(X @ new_w, y))

# %% one-step-shown tags=["display"]
print("z           ", step_z)
print("gradient    ", step_gradient)
print("new w       ", step_new_w)
print(f"BCE before   {step_bce_before:.4f}")
print(f"BCE after    {step_bce_after:.4f}")

# %% tumour-fit
tumour_lr = 0.2
tumour_steps = 20_000


def fit_tumours(size, y):
    """Repeat full-batch steps on one variable; return w and b."""
    X, w, b = size[:, None], np.zeros(1), 0.0
    for _ in range(tumour_steps):
        w_gradient, b_gradient = gradients(X, y, w, b)
        w, b = w - tumour_lr * w_gradient, b - tumour_lr * b_gradient
    return float(w[0]), float(b)


tumour_w, tumour_b = fit_tumours(size, malignant)
tumour_w_far, tumour_b_far = fit_tumours(size_far, malignant_far)
logistic_boundary = -tumour_b / tumour_w
logistic_boundary_far = -tumour_b_far / tumour_w_far
logistic_mistakes = count_mistakes(size, malignant, logistic_boundary)
logistic_mistakes_far = count_mistakes(size, malignant, logistic_boundary_far)

# %% tumour-fit-figure tags=["display"]
fig, ax = plt.subplots(figsize=(5.5, 3.2))
for which, mark in ((malignant_far == 0, "C0o"), (malignant_far == 1, "C1^")):
    ax.plot(size_far[which], malignant_far[which], mark)
across = np.linspace(0, 13.5, 100)
ax.plot(across, sigmoid(tumour_w * across + tumour_b), "C2-", lw=2)
ax.plot(across, sigmoid(tumour_w_far * across + tumour_b_far), "C3--", lw=2)
ax.axhline(0.5, color="0.5", lw=0.8)
ax.axvline(logistic_boundary, color="0.5", lw=0.8, ls=":")
ax.text(3.2, 0.1, f"boundary: {logistic_boundary:.2f} cm")
ax.text(3.6, 0.8, "first 12 tumours", color="C2")
ax.text(3.6, 0.67, "all 16 (the same curve)", color="C3")
ax.set(xlabel="tumour size (cm)", ylabel="ŷ = σ(wx + b)")
plt.show()

# %% load
train_set = datasets.FashionMNIST("data", train=True, download=True)
test_set = datasets.FashionMNIST("data", train=False, download=True)


def prepare(dataset):
    """Return T-shirts (0) and shirts (1): X (n, 784) in [0, 1] and y (n,)."""
    labels = dataset.targets.numpy()
    keep = (labels == 0) | (labels == 6)
    X = dataset.data.numpy()[keep].reshape(-1, 784) / 255
    return X, (labels[keep] == 6).astype(float)


X_all, y_all = prepare(train_set)
X_test, y_test = prepare(test_set)

# %% split
order = np.random.default_rng(42).permutation(len(X_all))
X_train, y_train = X_all[order[:10_000]], y_all[order[:10_000]]
X_val, y_val = X_all[order[10_000:]], y_all[order[10_000:]]
num_train, num_val, num_test = len(X_train), len(X_val), len(X_test)
shirt_share = float(y_train.mean())

# %% images tags=["display"]
sample = [X_train[y_train == label][:5] for label in (0, 1)]
picture = np.concatenate(sample).reshape(2, 5, 28, 28)
picture = picture.transpose(0, 2, 1, 3).reshape(56, 140)
fig, ax = plt.subplots(figsize=(5.5, 2.0))
ax.imshow(picture, cmap=plt.get_cmap("gray", 16), interpolation="none")
ax.set_yticks([14, 42], ["T-shirt: 0", "shirt: 1"])
ax.set_xticks([])
ax.tick_params(length=0)
ax.spines[:].set_visible(False)
plt.show()


# %% two-features
def sleeves_and_shoulders(X):
    """Return the mean brightness of two regions of each image, (n, 2)."""
    images = X.reshape(-1, 28, 28)
    sleeves = images[:, 14:24, [2, 3, 4, 5, 22, 23, 24, 25]]
    shoulders = images[:, 2:6, [0, 1, 2, 3, 4, 5, 22, 23, 24, 25, 26, 27]]
    return np.stack([r.mean(axis=(1, 2)) for r in (sleeves, shoulders)], 1)


F_train = sleeves_and_shoulders(X_train)
F_val = sleeves_and_shoulders(X_val)


# %% train-epoch
def split(n, batch_size, rng):
    """Return the row numbers of each mini-batch, in a new random order."""
    if batch_size >= n:
        return [slice(None)]  # one batch of all rows: nothing to shuffle
    return np.split(rng.permutation(n), range(batch_size, n, batch_size))


def train_epoch(X, y, w, b, lr, batch_size, rng):
    """Take one gradient step on each mini-batch; return the new w and b."""
    for rows in split(len(X), batch_size, rng):
        w_gradient, b_gradient = gradients(X[rows], y[rows], w, b)
        w = w - lr * w_gradient
        b = b - lr * b_gradient
    return w, b


def accuracy(X, y, w, b):
    """Return the share of rows on the right side of the boundary."""
    return float(np.mean((X @ w + b >= 0) == y))


# %% two-features-fit
rng = np.random.default_rng(0)
w, b = np.zeros(2), 0.0
for epoch in range(20):
    w, b = train_epoch(F_train, y_train, w, b, 1.0, 64, rng)

two_feature_w, two_feature_b = w.tolist(), float(b)
two_feature_accuracy = accuracy(F_val, y_val, w, b)

# %% surface tags=["display"]
fig, ax = plt.subplots(figsize=(5.5, 4.2))
for label, mark, tint in ((0, "o", "C0"), (1, "^", "C1")):
    points = F_val[y_val == label][:75]
    ax.plot(*points.T, mark, color=tint, mfc="none", ms=5)
edge = np.array([-0.05, 0.9])
for level, dash in ((0.1, ":"), (0.5, "-"), (0.9, "--")):
    offset = np.log(level / (1 - level)) - two_feature_b
    height = (offset - two_feature_w[0] * edge) / two_feature_w[1]
    ax.plot(edge, height, color="black", ls=dash)
    x_1 = 0.33 + 0.4 * level
    x_2 = np.interp(x_1, edge, height)
    ax.text(x_1 - 0.02, x_2, f"ŷ = {level}", ha="right")
ax.plot([], [], "C0o", mfc="none", label="T-shirt (0)")
ax.plot([], [], "C1^", mfc="none", label="shirt (1)")
ax.set(xlabel="brightness of the sleeves, x₁", xlim=(-0.03, 0.85))
ax.set(ylabel="brightness of the shoulders, x₂", ylim=(-0.02, 0.6))
fig.legend(loc="outside upper center", ncols=2, frameon=False)
plt.show()

# %% first-training
lr = 0.03
batch_size = 32
num_epochs = 20

rng = np.random.default_rng(0)
w, b = rng.normal(scale=0.01, size=784), 0.0
train_losses, val_losses, val_accuracies = [], [], []
for epoch in range(num_epochs):
    w, b = train_epoch(X_train, y_train, w, b, lr, batch_size, rng)
    train_losses.append(float(bce(X_train @ w + b, y_train)))
    val_losses.append(float(bce(X_val @ w + b, y_val)))
    val_accuracies.append(accuracy(X_val, y_val, w, b))

loss_of_ignorance = float(np.log(2))
first_accuracy = val_accuracies[0]
lowest_accuracy_late = min(val_accuracies[10:])
highest_accuracy_late = max(val_accuracies[10:])

# %% curves tags=["display"]
fig, (top, bottom) = plt.subplots(2, figsize=(5.5, 4.4), sharex=True)
epochs = range(1, num_epochs + 1)
top.plot(epochs, train_losses, "C0o-", label="training")
top.plot(epochs, val_losses, "C1s--", label="validation")
top.set_ylabel("BCE")
top.legend(frameon=False)
bottom.plot(epochs, val_accuracies, "C1s--")
bottom.set(xlabel="epoch", ylabel="validation accuracy")
bottom.set_xticks([1, 5, 10, 15, 20])
plt.show()

# %% fit
def fit(lr, batch_size, num_epochs, seed=0):
    """Train with a learning rate that falls to zero in a straight line.

    Return w, b and the history, one row an epoch: seconds so far,
    validation loss, validation accuracy. Measuring is not on the clock.
    """
    rng = np.random.default_rng(seed)
    w, b = rng.normal(scale=0.01, size=784), 0.0
    seconds, history = 0.0, []
    for epoch in range(num_epochs):
        rate = lr * (1 - epoch / num_epochs)
        start = time.perf_counter()
        w, b = train_epoch(X_train, y_train, w, b, rate, batch_size, rng)
        seconds += time.perf_counter() - start
        loss = bce(X_val @ w + b, y_val)
        history.append((seconds, loss, accuracy(X_val, y_val, w, b)))
    return w, b, np.array(history)


# %% decay
decay_rates = [0.03, 0.06, 0.1, 0.2]
decay_epochs = 10
decay_losses, decay_accuracies = [], []
for rate in decay_rates:
    w, b, history = fit(rate, batch_size, decay_epochs)
    decay_losses.append(float(history[-1, 1]))
    decay_accuracies.append(float(history[-1, 2]))
final_lr = decay_rates[decay_losses.index(min(decay_losses))]

# %% decay-shown tags=["display"]
print("lr at first   validation BCE   accuracy")
for its_rate, its_loss, its_accuracy in zip(
    decay_rates, decay_losses, decay_accuracies
):
    print(f"{its_rate:<14}{its_loss:<17.4f}{its_accuracy:.4f}")

# %% batching
batch_sizes = {"1": 1, "16": 16, "32": 32, "64": 64, "128": 128}
batch_sizes["full"] = num_train
batching_rates = [0.003, 0.01, 0.03, 0.1]
batching_epochs, full_epochs = 5, 40

tried = {
    (name, rate): fit(rate, n, full_epochs if n > 128 else batching_epochs)[2]
    for name, n in batch_sizes.items()
    for rate in batching_rates
}

# %% batching-result
best_rate, best_run = {}, {}
epoch_seconds, batch_loss, batch_accuracy = {}, {}, {}
for name in batch_sizes:
    rate = min(batching_rates, key=lambda rate: tried[name, rate][-1, 1])
    run = tried[name, rate]
    best_rate[name], best_run[name] = rate, run
    epoch_seconds[name] = float(run[-1, 0]) / len(run)
    batch_loss[name], batch_accuracy[name] = run[-1, 1:].tolist()

full_loss_in_five = float(best_run["full"][4, 1])
online_slowdown = epoch_seconds["1"] / epoch_seconds["64"]
accuracy_goal = 0.82
seconds_to_goal = {
    name: float(run[run[:, 2] >= accuracy_goal][0, 0])
    for name, run in best_run.items()
    if run[-1, 2] >= accuracy_goal
}
full_batch_megabytes = X_train.nbytes / 1e6

# %% batching-shown tags=["display"]
captions = ["1", "16", "32", "64", "128", "full batch"]
print("batch       lr      s/epoch  BCE    accuracy")
for caption, key in zip(captions, best_run):
    print(f"{caption:<12}{best_rate[key]:<8}", end="")
    print(f"{epoch_seconds[key]:<9.3f}{batch_loss[key]:<7.3f}", end="")
    print(f"{batch_accuracy[key]:.3f}")

# %% epoch-time-figure tags=["display"]
fig, ax = plt.subplots(figsize=(5.5, 2.8))
heights = list(epoch_seconds.values())
bars = ax.barh(range(6), heights, color="C0", height=0.6)
ax.bar_label(bars, fmt="{:.3f}", padding=4)
ax.set_yticks(range(6), ["1 (online)", "16", "32", "64", "128", "full batch"])
ax.invert_yaxis()
ax.set(xlabel="seconds per epoch", xlim=(0, max(heights) * 1.2))
plt.show()

# %% batching-figure tags=["display"]
styles = ["C0o-", "C1s--", "C2^-.", "C3D:", "C4v-", "C5-"]
fig, (top, bottom) = plt.subplots(2, figsize=(5.5, 6.0))
for its_run, style, caption in zip(best_run.values(), styles, captions):
    top.plot([1, 2, 3, 4, 5], its_run[:5, 2], style, label=caption, ms=5)
    seconds = its_run[:, 0]
    bottom.semilogx(seconds, its_run[:, 2], style, ms=5)
top.set(xlabel="epoch", ylabel="validation accuracy", ylim=(0.805, 0.855))
top.set_xticks([1, 2, 3, 4, 5])
top.text(5, 0.807, "full batch: below the picture", color="C5", ha="right")
bottom.set(xlabel="seconds", ylabel="validation accuracy", ylim=(0.76, 0.855))
bottom.set_xticks([0.1, 1], ["0.1", "1"])
fig.legend(loc="outside upper center", ncols=3, frameon=False)
plt.show()

# %% final
models, test_accuracies = [], []
for seed in range(5):
    w, b, history = fit(final_lr, batch_size, decay_epochs, seed)
    models.append((w, b))
    test_accuracies.append(accuracy(X_test, y_test, w, b))

test_accuracy_mean = statistics.mean(test_accuracies)
test_accuracy_spread = statistics.stdev(test_accuracies)

# %% final-shown tags=["display"]
for number, share in enumerate(test_accuracies):
    print(f"seed {number}: {share:.4f}")
print(f"mean {test_accuracy_mean:.4f} ± {test_accuracy_spread:.4f}")

# %% weights tags=["display"]
picture = models[0][0].reshape(28, 28)
bound = float(np.quantile(np.abs(picture), 0.98))
fig, ax = plt.subplots(figsize=(5.5, 3.2))
tones = plt.get_cmap("gray", 15)
shown = ax.imshow(
    picture, tones, vmin=-bound, vmax=bound, interpolation="none"
)
ax.axis("off")
scale = fig.colorbar(shown, ticks=[-bound, 0, bound], shrink=0.9)
scale.solids.set_rasterized(True)
scale.ax.set_yticklabels(["T-shirt", "no say", "shirt"])
plt.show()


# %% threshold
def precision_recall(y_hat, y, threshold):
    """Return precision and recall of class 1 at a threshold.

    >>> y_hat, y = np.array([0.9, 0.6, 0.4, 0.1]), np.array([1, 0, 1, 0])
    >>> precision_recall(y_hat, y, 0.5)
    (0.5, 0.5)
    >>> precision_recall(y_hat, y, 0.3)
    (0.6666666666666666, 1.0)
    """
    says_one = y_hat >= threshold
    hits = np.sum(says_one & (y == 1))
    return float(hits / np.sum(says_one)), float(hits / np.sum(y == 1))


w, b = models[0]
y_hat_val, y_hat_test = sigmoid(X_val @ w + b), sigmoid(X_test @ w + b)
thresholds = [i / 20 for i in range(1, 20)]
precisions, recalls = zip(
    *(precision_recall(y_hat_val, y_val, t) for t in thresholds)
)
low_precision, low_recall = precision_recall(y_hat_val, y_val, 0.2)
mid_precision, mid_recall = precision_recall(y_hat_val, y_val, 0.5)
high_precision, high_recall = precision_recall(y_hat_val, y_val, 0.8)

# %% threshold-figure tags=["display"]
fig, (top, bottom) = plt.subplots(2, figsize=(5.5, 5.2), sharex=True)
twenty = np.linspace(0, 1, 21)
top.hist(
    y_hat_val[y_val == 0], twenty, histtype="step", color="C0", hatch="///"
)
top.hist(y_hat_val[y_val == 1], twenty, histtype="step", color="C1", lw=2)
top.text(0.08, 330, "T-shirts", color="C0")
top.text(0.92, 330, "shirts", color="C1", ha="right")
top.set_ylabel("images")
bottom.plot(thresholds, recalls, "C1^-", ms=5)
bottom.plot(thresholds, precisions, "C2s--", ms=5)
bottom.text(0.3, 0.96, "recall", color="C1")
bottom.text(0.3, 0.72, "precision", color="C2")
bottom.set(xlabel="threshold for ŷ", ylabel="share", ylim=(0.45, 1.02))
plt.show()

# %% threshold-chosen
recall_goal = 0.95
chosen_threshold = float(np.quantile(y_hat_val[y_val == 1], 1 - recall_goal))
chosen_precision, chosen_recall = precision_recall(
    y_hat_test, y_test, chosen_threshold
)
half_precision, half_recall = precision_recall(y_hat_test, y_test, 0.5)

# %% calibration
calibration_predicted, calibration_observed, calibration_count = [], [], []
for low in (0.0, 0.2, 0.4, 0.6, 0.8):
    group = (y_hat_test >= low) & (y_hat_test < low + 0.2)
    calibration_predicted.append(float(y_hat_test[group].mean()))
    calibration_observed.append(float(y_test[group].mean()))
    calibration_count.append(int(group.sum()))
calibration_gaps = np.subtract(calibration_observed, calibration_predicted)
calibration_gap = float(np.abs(calibration_gaps).max())

# %% calibration-shown tags=["display"]
print("images   mean ŷ   share of shirts")
for n_images, expected, observed in zip(
    calibration_count, calibration_predicted, calibration_observed
):
    print(f"{n_images:>6}{expected:>9.2f}{observed:>18.2f}")

# %% torch-gradient
rng = np.random.default_rng(0)
X, y = X_train[:256], y_train[:256]
w, b = rng.normal(scale=0.1, size=784), 0.3
loss, (w_gradient, b_gradient) = bce(X @ w + b, y), gradients(X, y, w, b)

w_torch = torch.tensor(w, requires_grad=True)
b_torch = torch.tensor(b, dtype=torch.float64, requires_grad=True)
z = torch.from_numpy(X) @ w_torch + b_torch
torch_loss = F.binary_cross_entropy_with_logits(z, torch.from_numpy(y))
torch_loss.backward()

torch_loss_difference = abs(torch_loss.item() - float(loss))
torch_gradient_difference = largest_difference(
    (w_gradient, b_gradient), (w_torch.grad.numpy(), b_torch.grad.numpy())
)

# %% torch-training
if torch.accelerator.is_available():
    device = torch.accelerator.current_accelerator()
else:
    device = torch.device("cpu")


def train_linear(dtype, device):
    """Train one nn.Linear from zero for one epoch; return it."""
    X = torch.tensor(X_train, dtype=dtype, device=device)
    y = torch.tensor(y_train, dtype=dtype, device=device)
    model = nn.Linear(784, 1, dtype=dtype, device=device)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    rng = np.random.default_rng(0)
    for rows in split(len(X), batch_size, rng):
        rows = torch.from_numpy(rows).to(device)
        z = model(X[rows]).squeeze(1)
        loss = F.binary_cross_entropy_with_logits(z, y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


linear_float64 = train_linear(torch.float64, torch.device("cpu"))
linear_float32 = train_linear(torch.float32, device)

# %% torch-compared
rng = np.random.default_rng(0)
w, b = np.zeros(784), 0.0
w, b = train_epoch(X_train, y_train, w, b, lr, batch_size, rng)


def compare(model):
    """Return the largest weight difference and the classes that differ."""
    with torch.inference_mode():
        other_w = model.weight[0].double().cpu().numpy()
        other_b = model.bias.item()
    differ = (X_test @ w + b >= 0) != (X_test @ other_w + other_b >= 0)
    return float(np.abs(w - other_w).max()), int(differ.sum())


difference, differing = compare(linear_float64)
weight_difference_float64, class_disagreements_float64 = difference, differing
difference, differing = compare(linear_float32)
weight_difference_float32, class_disagreements_float32 = difference, differing

# %% torch-shown tags=["display"]
print(f"loss, float64          {torch_loss_difference:.1e}")
print(f"gradient, float64      {torch_gradient_difference:.1e}")
print(f"weights, float64       {weight_difference_float64:.1e}")
print(f"weights, float32       {weight_difference_float32:.1e}")
print(f"test classes differing {class_disagreements_float64}", end=" and ")
print(f"{class_disagreements_float32} of {num_test}")

# %% exercise-steps
X, y = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([0, 1])
w, steps_until_right = np.array([2.0, 2.0, 2.0]), 0
while np.any((X @ w >= 0) != y):
    w = w - 0.1 * gradients(X, y, w, 0.0)[0]
    steps_until_right += 1
steps_z = (X @ w).tolist()
steps_bce = float(bce(X @ w, y))

# %% exercise-squared
z, y = -8.0, 1
y_hat = float(sigmoid(z))
bce_slope = y_hat - y
squared_slope = 2 * (y_hat - y) * y_hat * (1 - y_hat)
bce_slope_by_squared_slope = bce_slope / squared_slope

# %% exercise-scaled
w, b = models[0]
unscaled_accuracy = accuracy(X_test, y_test, w, b)
unscaled_loss = float(bce(X_test @ w + b, y_test))
scaled_accuracy = accuracy(X_test, y_test, 10 * w, 10 * b)
scaled_loss = float(bce(10 * (X_test @ w + b), y_test))


# %% exercise-costs
def cost(y_hat, y, threshold):
    """Return the cost per image: a missed shirt costs 5, a false alarm 1."""
    missed = np.sum((y_hat < threshold) & (y == 1))
    false_alarms = np.sum((y_hat >= threshold) & (y == 0))
    return float((5 * missed + false_alarms) / len(y))


theory_threshold = 1 / (1 + 5)
fine = [i / 100 for i in range(1, 100)]
best_threshold = min(fine, key=lambda t: cost(y_hat_val, y_val, t))
costs_at_half = cost(y_hat_test, y_test, 0.5)
costs_at_best_theory = cost(y_hat_test, y_test, theory_threshold)

# %% exercise-centred
pixel_mean = X_train.mean(axis=0)
X_centred = X_train - pixel_mean


def lr_limit(X):
    """Return 2 over the largest curvature that BCE can have on X."""
    curvature = np.linalg.eigvalsh(X.T @ X / len(X))[-1] / 4
    return float(2 / curvature)


def full_batch_loss(X, lr, num_steps=40):
    """Return the loss after full-batch steps from zero."""
    w, b = np.zeros(784), 0.0
    for _ in range(num_steps):
        w, b = train_epoch(X, y_train, w, b, lr, len(X), rng=None)
    return float(bce(X @ w + b, y_train))


raw_lr_limit, centred_lr_limit = lr_limit(X_train), lr_limit(X_centred)
raw_loss = full_batch_loss(X_train, 0.9 * raw_lr_limit)
centred_loss = full_batch_loss(X_centred, 0.9 * centred_lr_limit)
