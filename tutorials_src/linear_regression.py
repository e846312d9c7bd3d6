"""Linear regression from scratch: losses, gradients, learning rates, outliers.

The worked examples, to the last digit:

>>> price_120, learned_price_120, two_variable_price
(750, 750.0, 528.5)
>>> matrix_prediction
[14, 32, -14, -32]
>>> abs(mse_small - 8 / 3) < 1e-12 and abs(rmse_small**2 - 8 / 3) < 1e-12
True
>>> abs(mae_small - 4 / 3) < 1e-12 and mean_error_small == 0
True
>>> huber_each, abs(huber_mean - 46 / 3) < 1e-12
([12.0, 2.0, 32.0], True)
>>> smooth_l1_each, abs(smooth_l1_mean - 10.4 / 3) < 1e-12
([2.5, 0.4, 7.5], True)
>>> abs(mse_before - 4) < 1e-12 and abs(mse_after - 0.5994) < 1e-12
True

One call into compiled code beats the loop:

>>> loop_speedup > 10
True
>>> loop_difference < 1e-9
True

The gradient is right, by finite differences and by autograd:

>>> numerical_difference < 1e-6
True
>>> autograd_difference < 1e-6
True
>>> torch_loss_difference < 1e-6
True

Gradient descent finds what the closed form finds, 5 and 150:

>>> abs(found_w - 5) < 1e-6 and abs(found_b - 150) < 1e-6
True
>>> closed_form_difference < 1e-6
True

The learning rate has a sharp limit, 2 / lambda_max:

>>> lr_good < lr_limit < lr_large
True
>>> final_losses["0.6"] < final_losses["0.01"] < first_loss
True
>>> final_losses["0.66"] > first_loss
True
>>> condition_raw > condition_hundreds > condition_standardised
True
>>> one_step_difference < 1e-6
True

The normal equation, its cost and its failure:

>>> normal_slowdown > 2
True
>>> rank_gram, sent_to
(2, [0, 0, 0])
>>> pinv_difference < 1e-6 and other_solution_mse == 0
True

Noise leaves errors; outliers move squares, not Huber:

>>> abs(residual_sum) < 1e-6
True
>>> rmse_fit < rmse_true_rule
True
>>> abs(w_mse_outliers - w_sales) > 4 * abs(w_huber_outliers - w_sales)
True

The exercises:

>>> best_constant_mse, best_constant_mae
(100, 30)
>>> abs(mse_with_bias - 0.565) < 1e-12
True
>>> loss_below_limit < 4 < loss_above_limit
True
>>> abs(nearest_difference) < 1e-6
True
>>> -1e-9 < mae_reached - mae_best < 0.05
True
"""

# %% imports
import time

import matplotlib.pyplot as plt
import numpy as np

seed = 0
rng = np.random.default_rng(seed)


# %% written-rule
def price_by_rule(area):
    """Return a price in thousand TL; a person wrote this rule.

    >>> price_by_rule(100)
    650
    """
    return 5 * area + 150


price_120 = price_by_rule(120)

# %% houses
area = np.array([50.0, 60.0, 70.0, 80.0, 100.0])  # square metres
price = np.array([400.0, 450.0, 500.0, 550.0, 650.0])  # thousand TL

# %% learned-rule
slope = (price[1] - price[0]) / (area[1] - area[0])
offset = price[0] - slope * area[0]
left_over = price - (slope * area + offset)
learned_price_120 = (slope * 120 + offset).item()

# %% learned-rule-print tags=["display"]
print("slope and offset:", slope, offset)
print("left over:", left_over)
print("120 square metres:", learned_price_120)

# %% one-house
rooms = 3  # an integer
net_area = 87.5  # a float
has_lift = True  # a boolean: 0 or 1
heating = "gas"  # a class: one column for each kind
heating_kinds = ["coal", "gas", "electric"]
one_hot = [float(heating == kind) for kind in heating_kinds]
x = np.array([rooms, net_area, has_lift, *one_hot])

# %% one-house-print tags=["display"]
print("x =", x)

# %% signals
text = np.frombuffer("house".encode(), dtype=np.uint8)  # letters' codes
image = np.array([[0, 255, 0], [255, 255, 255]], dtype=np.uint8)
sound = np.sin(2 * np.pi * 440 * np.arange(6) / 8000)  # six samples

# %% signals-print tags=["display"]
print("text :", text)
print("image:", image.tolist())
print("sound:", sound.round(2))

# %% two-variables
w = np.array([5.1, 6.5])
b = 133
x = np.array([75, 2])  # square metres, rooms
two_variable_price = float(w @ x + b)

# %% matrix-form
X = np.array([[1, 2, 3], [4, 5, 6], [-1, -2, -3], [-4, -5, -6]])
w = np.array([1, 2, 3])
y_hat = np.matmul(X, w)
matrix_prediction = y_hat.tolist()

# %% matrix-form-print tags=["display"]
print(X.shape, "@", w.shape, "->", y_hat.shape)
print(y_hat)


# %% predict
def predict_loop(X, w, b):
    """Return the predictions for the rows of X, a number at a time."""
    y_hat = []
    for row in X:
        total = b
        for x_j, w_j in zip(row, w, strict=True):
            total += x_j * w_j
        y_hat.append(total)
    return y_hat


def predict(X, w, b):
    """Return the predictions (n,) for X (n, d), w (d,) and a number b.

    >>> predict(np.array([[75, 2]]), np.array([5.1, 6.5]), 133).tolist()
    [528.5]
    """
    return X @ w + b


# %% loop-or-vector
def best_seconds(function, *arguments, repeats=5):
    """Return the shortest time of a few calls."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        function(*arguments)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


X = rng.normal(size=(5000, 50))
w = rng.normal(size=50)
b = 1.0
# lists: the loop's best case
loop_seconds = best_seconds(predict_loop, X.tolist(), w.tolist(), b)
vector_seconds = best_seconds(predict, X, w, b, repeats=50)
loop_speedup = loop_seconds / vector_seconds
loop_ms, vector_ms = 1000 * loop_seconds, 1000 * vector_seconds
y_loop = np.array(predict_loop(X.tolist(), w.tolist(), b))
loop_difference = np.abs(y_loop - predict(X, w, b)).max().item()

# %% loop-or-vector-print tags=["display"]
print(f"loop       {loop_ms:8.2f} ms")
print(f"vectorised {vector_ms:8.2f} ms")
print(f"{loop_speedup:.0f} times faster")

# %% cancelling-errors
y = np.array([10.0, 20.0, 30.0])
y_hat = np.array([12.0, 18.0, 30.0])
mean_error_small = (y_hat - y).mean().item()


# %% mse-and-mae
def mse(y, y_hat):
    """Return the mean squared error."""
    return ((y_hat - y) ** 2).mean().item()


def mae(y, y_hat):
    """Return the mean absolute error."""
    return np.abs(y_hat - y).mean().item()


mse_small = mse(y, y_hat)
rmse_small = mse_small**0.5
mae_small = mae(y, y_hat)

# %% mse-and-mae-print tags=["display"]
print(f"mean error {mean_error_small:.4f}")
print(f"MSE        {mse_small:.4f}")
print(f"RMSE       {rmse_small:.4f}")
print(f"MAE        {mae_small:.4f}")


# %% robust-losses
def huber(error, delta):
    """Return the Huber loss of each error.

    >>> huber(np.array([-1.0, 3.0]), delta=2).tolist()
    [0.5, 4.0]
    """
    size = np.abs(error)
    return np.where(size <= delta, size**2 / 2, delta * (size - delta / 2))


def smooth_l1(error, beta):
    """Return the smooth L1 loss of each error.

    >>> smooth_l1(np.array([-1.0, 3.0]), beta=2).tolist()
    [0.25, 2.0]
    """
    size = np.abs(error)
    return np.where(size < beta, size**2 / (2 * beta), size - beta / 2)


y_hat = np.array([15.0, 18.0, 40.0])
error = y_hat - y
huber_each = huber(error, delta=4).tolist()
huber_mean = sum(huber_each) / 3
smooth_l1_each = smooth_l1(error, beta=5).tolist()
smooth_l1_mean = sum(smooth_l1_each) / 3

# %% robust-losses-print tags=["display"]
print("errors   ", error.tolist())
print("Huber    ", huber_each, f"mean {huber_mean:.4f}")
print("smooth L1", smooth_l1_each, f"mean {smooth_l1_mean:.4f}")

# %% same-loss
many_errors = np.linspace(-20, 20, 401)
gap = huber(many_errors, 5) - 5 * smooth_l1(many_errors, 5)
huber_smooth_difference = np.abs(gap).max().item()

# %% losses-figure tags=["display"]
e = np.linspace(-5, 5, 100)
curves = [
    ("MSE", e**2, 2 * e, "C3-"),
    ("MAE", np.abs(e), np.sign(e), "C2:"),
    ("Huber", huber(e, 2), np.clip(e, -2, 2), "C0--"),
    ("smooth L1", smooth_l1(e, 2), np.clip(e / 2, -1, 1), "C4-."),
]
fig, axes = plt.subplots(2, 1, figsize=(5.5, 6), sharex=True)
for label, heights, tangents, style in curves:
    axes[0].plot(e, heights, style, label=label, linewidth=2)
    axes[1].plot(e, tangents, style, linewidth=2)
axes[0].set(ylim=(0, 10), ylabel="loss")
axes[0].legend(loc="upper center", fontsize=11)
axes[1].set(ylim=(-5, 5), ylabel="derivative of the loss")
axes[1].set_xlabel("error, prediction minus truth")
plt.show()

# %% pull-of-the-largest
def share_of_largest(slopes):
    """Return the largest slope's share of all, ignoring signs."""
    return (np.abs(slopes).max() / np.abs(slopes).sum()).item()


worse = np.array([5.0, -2.0, 20.0])  # the largest error has doubled
pull_mse = share_of_largest(2 * error)
pull_mse_worse = share_of_largest(2 * worse)
pull_huber = share_of_largest(np.clip(error, -4, 4))
pull_huber_worse = share_of_largest(np.clip(worse, -4, 4))

# %% parabola tags=["display"]
fig, ax = plt.subplots()
weights = np.linspace(-1.4, 5.4, 60)
ax.plot(weights, (weights - 2) ** 2, "0.5", linewidth=2)
for start_w, colour in [(5, "C3"), (3.5, "C1"), (2, "C2"), (0, "C0")]:
    rise = 2 * (start_w - 2)
    run = np.array([-0.6, 0.6]) / (1 + abs(rise) / 4)
    height = (start_w - 2) ** 2
    ax.plot(start_w + run, height + rise * run, colour, linewidth=3)
    ax.plot(start_w, height, "o", color=colour)
    side = 0.35 if rise <= 0 else -0.35
    ax.text(
        start_w + side,
        height + (1.6 if rise == 0 else 0.6),
        f"slope {rise:+g}" if rise else "slope 0",
        color=colour,
        ha="left" if rise < 0 else "center" if rise == 0 else "right",
    )
ax.set(xlabel="w", ylabel="loss $(w - 2)^2$", ylim=(-1.2, 11))
plt.show()


# %% one-weight
def follow(w, lr, num_steps):
    """Descend for y = 2x at x = 1 from w; return errors, steps and w."""
    errors, steps, weights_after = [], [], []
    for _ in range(num_steps):
        errors.append(2 - w)  # y - y_hat
        steps.append(-lr * errors[-1])
        w -= steps[-1]
        weights_after.append(w)
    return errors, steps, weights_after


lr_table = 0.1
errors_from_5, steps_from_5, w_from_5 = follow(5.0, lr_table, 2)
errors_from_1, steps_from_1, w_from_1 = follow(1.0, lr_table, 2)
errors_end, steps_end, w_end = follow(1.99, lr_table, 1)

# %% one-weight-table tags=["display"]
stated = [
    (5.0, -3.0, 0.3, errors_from_5[0], steps_from_5[0]),
    (4.7, -2.7, 0.27, errors_from_5[1], steps_from_5[1]),
    (1.0, 1.0, -0.1, errors_from_1[0], steps_from_1[0]),
    (1.1, 0.89, -0.08, errors_from_1[1], steps_from_1[1]),
    (1.99, 0.005, -0.0005, errors_end[0], steps_end[0]),
]
print("        stated       |       run")
print("  w   error    step  |  error    step")
for w_now, err, move, run_err, run_move in stated:
    holds = np.allclose([err, move], [run_err, run_move])
    left = f"{w_now:4.2f} {err:6.3f} {move:7.4f}"
    right = f"{run_err:6.3f} {run_move:7.4f}"
    print(left, " |", right, "" if holds else "<-")


# %% gradient-by-scalars
def mse_gradient_loop(X, y, w, b):
    """Return the partial derivatives of the MSE, one term at a time."""
    n, d = len(X), len(w)
    grad_w, grad_b = [0.0] * d, 0.0
    for i in range(n):
        y_hat = b
        for j in range(d):
            y_hat += w[j] * X[i][j]
        error = y_hat - y[i]
        for j in range(d):
            grad_w[j] += 2 / n * error * X[i][j]
        grad_b += 2 / n * error
    return grad_w, grad_b


X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
y = np.array([14.0, 32.0])
w = np.array([2.0, 2.0, 2.0])
lr = 0.01
grad_by_scalars, _ = mse_gradient_loop(
    X.tolist(), y.tolist(), w.tolist(), 0.0
)


# %% gradient-by-matrices
def mse_gradient(X, y, w, b):
    """Return the gradient of the MSE: (d,) for w and a number for b."""
    error = predict(X, w, b) - y
    return 2 / len(y) * X.T @ error, 2 * error.mean()


grad_w, _ = mse_gradient(X, y, w, 0.0)
grad_by_matrices = grad_w.tolist()
mse_before = mse(y, X @ w)
w = w - lr * grad_w
w_after = w.tolist()
mse_after = mse(y, X @ w)

# %% gradient-print tags=["display"]
print("gradient, by scalars :", np.round(grad_by_scalars, 6))
print("gradient, by matrices:", np.round(grad_by_matrices, 6))
print("new w:", np.round(w_after, 6))
print(f"MSE before {mse_before:.4f}, after {mse_after:.4f}")

# %% finite-differences
X_check = rng.normal(size=(30, 3))
y_check = rng.normal(size=30)
w_check, b_check = rng.normal(size=3), 0.5


def mse_at(parameters):
    """Return the MSE at w and b in one array, b last."""
    w, b = parameters[:-1], parameters[-1]
    return mse(y_check, predict(X_check, w, b))


def numerical_gradient(function, at, h=1e-4):
    """Return the slopes of a function by central differences."""
    slopes = np.zeros_like(at)
    for j in range(len(at)):
        step = np.zeros_like(at)
        step[j] = h
        slopes[j] = (function(at + step) - function(at - step)) / (2 * h)
    return slopes


grad_w, grad_b = mse_gradient(X_check, y_check, w_check, b_check)
by_formula = np.append(grad_w, grad_b)
by_differences = numerical_gradient(mse_at, np.append(w_check, b_check))
numerical_difference = np.abs(by_formula - by_differences).max().item()

# %% autograd
import torch
import torch.nn.functional as F

w_torch = torch.tensor(w_check, requires_grad=True)
b_torch = torch.tensor(b_check, dtype=torch.float64, requires_grad=True)
y_torch = torch.tensor(X_check) @ w_torch + b_torch
F.mse_loss(y_torch, torch.tensor(y_check)).backward()
by_autograd = np.append(w_torch.grad.numpy(), b_torch.grad.numpy())
autograd_difference = np.abs(by_formula - by_autograd).max().item()

# %% torch-losses
prediction = torch.tensor([15.0, 18.0, 40.0], dtype=torch.float64)
truth = torch.tensor([10.0, 20.0, 30.0], dtype=torch.float64)
torch_huber = F.huber_loss(prediction, truth, delta=4).item()
torch_smooth_l1 = F.smooth_l1_loss(prediction, truth, beta=5).item()
torch_loss_difference = max(
    abs(torch_huber - huber_mean), abs(torch_smooth_l1 - smooth_l1_mean)
)

# %% gradients-print tags=["display"]
print("formula    ", by_formula.round(6))
print("differences", by_differences.round(6))
print("autograd   ", by_autograd.round(6))
print(f"largest difference {numerical_difference:.0e}", end=", ")
print(f"{autograd_difference:.0e}")


# %% gradient-descent
def gradient_descent(X, y, lr, num_epochs, tolerance=0.0):
    """Minimise the MSE from zero; return the path, a row of (w, b) an epoch.

    Stops early when the gradient is no longer than the tolerance.
    """
    w, b = np.zeros(X.shape[1]), 0.0
    path = [np.append(w, b)]
    for _ in range(num_epochs):
        grad_w, grad_b = mse_gradient(X, y, w, b)
        if np.hypot(np.linalg.norm(grad_w), grad_b) <= tolerance:
            break
        w = w - lr * grad_w
        b = b - lr * grad_b
        path.append(np.append(w, b))
    return np.array(path)


X = area[:, None] / 100  # hundreds of square metres
y = price
lr_good, tolerance = 0.6, 1e-9
path = gradient_descent(X, y, lr_good, 10_000, tolerance)
num_epochs = len(path) - 1
found_w, found_b = path[-1, 0].item() / 100, path[-1, 1].item()

# %% gradient-descent-print tags=["display"]
print(f"w = {found_w:.8f}  b = {found_b:.8f}")
print("epochs:", num_epochs)


# %% learning-rates
def losses_of(path, X, y):
    """Return the MSE at each row of a path."""
    return [mse(y, predict(X, row[:-1], row[-1])) for row in path]


lr_small, lr_large = 0.01, 0.66
loss_curves = {
    str(lr): losses_of(gradient_descent(X, y, lr, 200), X, y)
    for lr in (lr_small, lr_good, lr_large)
}
first_loss = loss_curves["0.6"][0]
final_losses = {name: losses[-1] for name, losses in loss_curves.items()}

# %% learning-rate-limit
def hessian(X):
    """Return the second derivatives of the MSE in w and b."""
    A = np.column_stack([X, np.ones(len(X))])
    return 2 / len(X) * A.T @ A


lambda_min, lambda_max = np.linalg.eigvalsh(hessian(X)).tolist()
lr_limit = 2 / lambda_max
lr_best = 2 / (lambda_min + lambda_max)
swept_lr = np.geomspace(0.003, 1, 60)
swept_loss = [
    losses_of(gradient_descent(X, y, lr, 200)[-1:], X, y)[0]
    for lr in swept_lr
]

# %% learning-rate-figure tags=["display"]
fig, axes = plt.subplots(2, 1, figsize=(5.5, 6.4))
looks = [("0.01", "C0:"), ("0.6", "C2-"), ("0.66", "C3--")]
notes = ["0.01: too small", "0.6: right", "0.66: too large"]
for (rate, style), note in zip(looks, notes, strict=True):
    axes[0].semilogy(loss_curves[rate], style, linewidth=2)
    at_end = loss_curves[rate][150] * (0.02 if rate == "0.6" else 5)
    where = 110 if rate == "0.6" else 150
    axes[0].text(where, at_end, note, color=style[:2], ha="center")
axes[0].set(ylim=(1e-2, 1e11), xlabel="epoch", ylabel="MSE")
axes[1].loglog(swept_lr, swept_loss, "C0o-", markersize=3)
axes[1].axvline(lr_limit, color="C3", linestyle="--")
axes[1].text(lr_limit * 0.9, 1e6, "$2/\\lambda_{max}$", ha="right")
axes[1].set(ylim=(1e-3, 1e9), xlabel="learning rate")
axes[1].set_ylabel("MSE after 200 epochs")
plt.show()

# %% epochs-needed
epochs_needed = {
    str(lr): len(gradient_descent(X, y, lr, 100_000, tolerance)) - 1
    for lr in (lr_small, 0.1, lr_good)
}

# %% epochs-needed-print tags=["display"]
for rate, count in epochs_needed.items():
    print(f"lr {rate:<5} {count:6} epochs")

# %% scaling
X_standard = (X - X.mean(axis=0)) / X.std(axis=0)
condition_raw = np.linalg.cond(hessian(area[:, None])).item()
condition_hundreds = np.linalg.cond(hessian(X)).item()
condition_standardised = np.linalg.cond(hessian(X_standard)).item()
lr_limit_raw = 2 / np.linalg.eigvalsh(hessian(area[:, None])).max().item()
one_step = gradient_descent(X_standard, y, lr=0.5, num_epochs=1)[-1]
one_step_w = (one_step[0] / X.std()).item() / 100
one_step_b = (one_step[1] - 100 * one_step_w * X.mean()).item()
one_step_difference = max(abs(one_step_w - 5), abs(one_step_b - 150))

# %% contour-data
lr_hundreds, lr_standard = 0.5, 0.1
path_hundreds = gradient_descent(X, y, lr_hundreds, 200)
path_standard = gradient_descent(X_standard, y, lr_standard, 200)


def loss_surface(X, y, ws, bs):
    """Return the MSE at every pair (w, b), a row for each b."""
    return np.array([[mse(y, X[:, 0] * w + b) for w in ws] for b in bs])


surface_w, surface_b = np.linspace(-250, 950, 49), np.linspace(-200, 1000, 49)
surface_hundreds = loss_surface(X, y, surface_w, surface_b)
surface_standard = loss_surface(X_standard, y, surface_w, surface_b)

# %% contours tags=["display"]
fig, axes = plt.subplots(1, 2, figsize=(5.5, 3.3), sharey=True)
panels = [
    (axes[0], surface_hundreds, path_hundreds, "hundreds of m²"),
    (axes[1], surface_standard, path_standard, "standardised"),
]
for panel, surface, way, title in panels:
    panel.contour(
        surface_w, surface_b, surface, colors="0.5", linewidths=0.8,
        levels=[1e3, 1e4, 4e4, 1e5, 2e5, 4e5],
    )
    thinned = way[np.r_[0:30, 30:201:10]]
    panel.plot(thinned[:, 0], thinned[:, 1], "C0o-", markersize=3)
    panel.plot(way[-1, 0], way[-1, 1], "C3*", markersize=13)
    panel.set(title=title, xlabel="w", aspect="equal")
axes[0].set_ylabel("b")
plt.show()


# %% normal-equation
def normal_equation(X, y):
    """Return w and b that minimise the MSE, in closed form."""
    A = np.column_stack([X, np.ones(len(X))])
    solution = np.linalg.solve(A.T @ A, A.T @ y)
    return solution[:-1], solution[-1].item()


w, b = normal_equation(area[:, None], price)
closed_w, closed_b = w.item(), b
closed_form_difference = max(abs(closed_w - found_w), abs(closed_b - found_b))

# %% normal-equation-print tags=["display"]
print(f"normal equation  {closed_w:.8f}  {closed_b:.8f}")
print(f"descent          {found_w:.8f}  {found_b:.8f}")

# %% cost
num_rows = 1000
num_variables = [10, 100, 1000, 10_000]
normal_products = [num_rows * d**2 + d**3 // 3 for d in num_variables]
step_products = [2 * num_rows * d for d in num_variables]

X_wide = rng.normal(size=(num_rows, 400))
y_wide = rng.normal(size=num_rows)
normal_ms = 1000 * best_seconds(normal_equation, X_wide, y_wide)
step = (mse_gradient, X_wide, y_wide, np.zeros(400), 0.0)
step_ms = 1000 * best_seconds(*step, repeats=20)
normal_slowdown = normal_ms / step_ms

# %% cost-print tags=["display"]
print("variables  normal equation   one step")
for columns, solve, descend in zip(
    num_variables, normal_products, step_products, strict=True
):
    print(f"{columns:9} {solve:16.1e} {descend:10.1e}")
print(f"measured, 400: {normal_ms:.1f} ms, {step_ms:.1f} ms")

# %% singular
X = np.array([[1, 2, 3], [4, 5, 6]])
y = np.array([14, 32])
gram = X.T @ X
rank_gram = np.linalg.matrix_rank(gram).item()
lost_direction = np.array([1, -2, 1])
sent_to = (gram @ lost_direction).tolist()

# %% singular-print tags=["display"]
print(gram)
print("rank:", rank_gram)
print("direction", lost_direction, "goes to", sent_to)
try:
    print("inv:", np.linalg.inv(gram))
except np.linalg.LinAlgError as problem:
    print("inv:", problem)

# %% pseudo-inverse
w_pinv = (np.linalg.pinv(X) @ y).tolist()
w_lstsq = np.linalg.lstsq(X, y)[0].tolist()
w_other = np.array(w_pinv).round() + lost_direction
other_solution_mse = mse(y, X @ w_other)
pinv_difference = np.abs(np.array([w_pinv, w_lstsq]) - [1, 2, 3]).max().item()
length_pinv = np.linalg.norm(w_pinv).item()
length_other = np.linalg.norm(w_other).item()

# %% pseudo-inverse-print tags=["display"]
print("pinv :", np.round(w_pinv, 6), f" length {length_pinv:.3f}")
print("other:", w_other, f" length {length_other:.3f}")
print("other's MSE:", other_solution_mse)

# %% sales
num_sales, noise = 30, 30.0
rng = np.random.default_rng(seed)
sale_area = rng.uniform(50, 130, size=num_sales)
sale_price = 5 * sale_area + 150 + rng.normal(0, noise, size=num_sales)
X, y = sale_area[:, None], sale_price
w, b = normal_equation(X, y)
w_sales, b_sales = w.item(), b
residuals = y - predict(X, w, b)
residual_sum = residuals.sum().item()
rmse_fit = mse(y, predict(X, w, b)) ** 0.5
rmse_true_rule = mse(y, price_by_rule(sale_area)) ** 0.5
r_squared = 1 - mse(y, predict(X, w, b)) / y.var().item()
sales_price_120 = w_sales * 120 + b_sales

# %% residuals-figure tags=["display"]
fig, ax = plt.subplots(figsize=(5.5, 3.8))
ax.vlines(sale_area, sale_price - residuals, sale_price, "0.5")
ax.plot(sale_area, sale_price, "C0o", label="sales", markersize=5)
ends = np.array([50, 130])
ax.plot(ends, w_sales * ends + b_sales, "C3", label="fitted line")
ax.plot(ends, 5 * ends + 150, "C2--", label="the rule, 5x + 150")
ax.set(xlabel="area (m²)", ylabel="price (thousand TL)")
ax.legend()
plt.show()

# %% outliers
largest = np.argsort(sale_area)[-3:]
y_outliers = sale_price.copy()
y_outliers[largest] = 100.0  # handed over within the family


def fit_line(x, y, loss_slope, lr, num_epochs):
    """Fit a line by descent on a loss whose derivative is loss_slope."""
    z = (x - x.mean()) / x.std()
    w, b = 0.0, 0.0
    for epoch in range(num_epochs):
        slopes = loss_slope(w * z + b - y)
        w -= lr(epoch) * (slopes * z).mean()
        b -= lr(epoch) * slopes.mean()
    w = w / x.std()
    return w.item(), (b - w * x.mean()).item()


def squared_slope(error):
    """Return the derivative of the squared error."""
    return 2 * error


def huber_slope(error, delta=40.0):
    """Return the derivative of the Huber loss: the error, clipped."""
    return np.clip(error, -delta, delta)


w_mse_outliers, b_mse_outliers = fit_line(
    sale_area, y_outliers, squared_slope, lambda epoch: 0.4, 2000
)
w_huber_outliers, b_huber_outliers = fit_line(
    sale_area, y_outliers, huber_slope, lambda epoch: 0.8, 2000
)

# %% outliers-print tags=["display"]
print(f"all prices right: w {w_sales:.2f}  b {b_sales:.0f}")
print(f"3 wrong, squares: w {w_mse_outliers:.2f}  b {b_mse_outliers:.0f}")
print(f"3 wrong, Huber  : w {w_huber_outliers:.2f}  b {b_huber_outliers:.0f}")

# %% outliers-figure tags=["display"]
fig, ax = plt.subplots(figsize=(5.5, 3.8))
ax.plot(sale_area, y_outliers, "o", color="0.5", markersize=5)
ax.plot(sale_area[largest], y_outliers[largest], "C3X", markersize=9)
ax.plot(ends, w_sales * ends + b_sales, "0.5", linewidth=4, alpha=0.4,
        label="without the wrong prices")
ax.plot(ends, w_huber_outliers * ends + b_huber_outliers, "C0--",
        linewidth=2, label="Huber")
ax.plot(ends, w_mse_outliers * ends + b_mse_outliers, "C3",
        linewidth=2, label="squares")
ax.text(128, 150, "wrong prices", color="C3", ha="right")
ax.set(xlabel="area (m²)", ylabel="price (thousand TL)")
ax.legend()
plt.show()

# %% solution-constant
y = np.array([10, 20, 30, 40, 400])
constants = np.arange(401)
mse_of_constant = np.array([mse(y, c) for c in constants])
mae_of_constant = np.array([mae(y, c) for c in constants])
best_constant_mse = mse_of_constant.argmin().item()
best_constant_mae = mae_of_constant.argmin().item()

# %% solution-bias
X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
y = np.array([14.0, 32.0])
w, b = np.array([2.0, 2.0, 2.0]), 0.0
grad_w, grad_b = mse_gradient(X, y, w, b)
bias_gradient = grad_b.item()
bias_after = b - lr * bias_gradient
mse_with_bias = mse(y, predict(X, w - lr * grad_w, bias_after))

# %% solution-limit
def descend_without_bias(X, y, w, lr, num_epochs):
    """Return w after gradient descent on the MSE of X @ w."""
    for _ in range(num_epochs):
        w = w - lr * mse_gradient(X, y, w, 0.0)[0]
    return w


example_hessian = 2 / len(y) * X.T @ X
example_lambda_max = np.linalg.eigvalsh(example_hessian).max().item()
example_limit = 2 / example_lambda_max
w_below = descend_without_bias(X, y, w, 0.95 * example_limit, 100)
w_above = descend_without_bias(X, y, w, 1.05 * example_limit, 100)
loss_below_limit = mse(y, X @ w_below)
loss_above_limit = mse(y, X @ w_above)

# %% solution-nearest
w_start = np.array([5.0, 0.0, 0.0])
w_found = descend_without_bias(X, y, w_start, 0.02, 5000)
nearest = w_start + np.linalg.pinv(X) @ (y - X @ w_start)
w_nearest = nearest.tolist()
nearest_difference = np.abs(w_found - nearest).max().item()

# %% solution-mae
w_mae, b_mae = fit_line(
    sale_area, y_outliers, np.sign, lambda epoch: 200 / (epoch + 1), 20_000
)
mae_reached = mae(y_outliers, w_mae * sale_area + b_mae)
mae_best = np.inf
for i in range(num_sales):  # a best line passes through two points
    for j in range(i):
        w = (y_outliers[i] - y_outliers[j]) / (sale_area[i] - sale_area[j])
        b = y_outliers[i] - w * sale_area[i]
        mae_best = min(mae_best, mae(y_outliers, w * sale_area + b))
