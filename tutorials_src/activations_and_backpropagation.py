"""Derive backpropagation, check it against autograd, and choose activations.

One neuron: the chain rule, autograd, a difference quotient and our own
forty-line autograd agree, and a step against the gradient lowers the cost:

>>> max(neuron_differences.values()) < 1e-6
True
>>> neuron["cost_after_step"] < neuron["cost"]
True

Two layers: every gradient worked out by hand is that of autograd, the
network learns from them, and one backward pass replaces thousands:

>>> largest_gradient_difference < 1e-6
True
>>> all(comparison[name][1] for name in comparison)
True
>>> steepest_drop > 10 * best_random_drop and uphill_rise > 0
True
>>> 0.76 < hand_accuracies[-1] < 0.84
True
>>> backward_slowdown < 20 and numerical_slowdown > 1000
True

Each activation's derivative is that of autograd, and linear layers in a row
are one linear layer:

>>> max(derivative_differences.values()) < 1e-6
True
>>> collapsed_difference < 1e-5 < 0.1 < not_collapsed_difference
True
>>> abs(sigmoid_steepest_slope - 0.25) < 1e-6
True

Eight hidden layers of sigmoids stay at 10%, where ReLUs learn:

>>> max(deep_accuracies["sigmoid"]) < 0.11
True
>>> min(deep_accuracies["relu"] + deep_accuracies["tanh"]) > 0.70
True
>>> shallow_sigmoid_accuracy > 0.70
True
>>> sigmoid_shrinkage < 1e-3 and relu_shrinkage > 0.1
True
>>> 0.25 <= sigmoid_layer_factor <= 0.40
True

ReLU is sparse and cheap; its units can die, and a leak lets them learn again:

>>> 0.3 < relu_zero_share < 0.9 and sigmoid_zero_share == 0
True
>>> sigmoid_slowdown > 1.1
True
>>> min(dead_units) > 90 and len(dead) > 90 and max(revived_by_relu) < 60
True
>>> max(after_accident + after_relu) < 0.4 and mean_after_accident < 0.3
True
>>> min(after_leaky) > 0.25
True
>>> max(moved_dead_units_relu) == 0
True
>>> min(moved_dead_units_leaky) > 90
True
>>> mean_after_leaky > 0.35 and mean_after_leaky - mean_after_relu > 0.15
True
>>> relu_growth > 50 and sigmoid_largest <= 1
True

Softmax, cross-entropy and rounding:

>>> abs(softmax_sum - 1) < 1e-6 and two_class_difference < 1e-6
True
>>> mistake_by_hand_difference < 1e-6
True
>>> mistake_gradient_ratio > 100
True
>>> math.isnan(overflow["naive"]) and math.isinf(underflow["softmax"])
True
>>> abs(overflow["log_softmax"] - overflow["exact"]) < 1e-4
True
>>> digits_error["softmax"] > 1e-3 > 1e-6 > digits_error["log_softmax"]
True
>>> clipped_gradient == 0 and abs(logits_gradient + 1) < 1e-6
True

The exercises:

>>> tanh_gradient_difference < 1e-6
True
>>> xor_costs["tanh"] < 0.01 and abs(xor_costs["linear"] - 0.25) < 0.01
True
>>> check_errors_float32[-1] > 1e-4 > 1e-8 > min(check_errors_float64)
True
>>> centred_accuracy > 0.70
True
>>> 5 < escape_steps["cross_entropy"] < 20 < 1000 < escape_steps["squared"]
True
"""

# %% imports
import copy
import itertools
import math
import statistics
import time

import matplotlib.pyplot as plt
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

# %% device
if torch.accelerator.is_available():
    device = torch.accelerator.current_accelerator()
else:
    device = torch.device("cpu")

# %% neuron
x, w, b, y = 2.0, 1.5, -1.0, 0.0

# forward: from the weight to the cost
z = w * x + b
a = 1 / (1 + math.exp(-z))
cost = (a - y) ** 2

# backward: from the cost to the weight
cost_by_a = 2 * (a - y)
a_by_z = a * (1 - a)
cost_by_z = cost_by_a * a_by_z
cost_by_w = cost_by_z * x
cost_by_b = cost_by_z * 1

# %% neuron-check
w_tensor = torch.tensor(w, requires_grad=True)
b_tensor = torch.tensor(b, requires_grad=True)
((torch.sigmoid(w_tensor * x + b_tensor) - y) ** 2).backward()


def cost_at(w):
    """Return the neuron's cost for another weight."""
    return (1 / (1 + math.exp(-(w * x + b))) - y) ** 2


h = 1e-5
quotient = (cost_at(w + h) - cost_at(w - h)) / (2 * h)
neuron_differences = {
    "w": abs(cost_by_w - w_tensor.grad.item()),
    "b": abs(cost_by_b - b_tensor.grad.item()),
    "quotient": abs(cost_by_w - quotient),
}

# %% neuron-step
lr = 2.0
w_after_step = w - lr * cost_by_w  # against the gradient: downhill
neuron = {
    "x": x, "w": w, "b": b, "y": y, "z": z, "a": a, "cost": cost,
    "cost_by_a": cost_by_a, "a_by_z": a_by_z, "cost_by_z": cost_by_z,
    "cost_by_w": cost_by_w, "cost_by_b": cost_by_b, "lr": lr,
    "w_after_step": w_after_step, "cost_after_step": cost_at(w_after_step),
}  # fmt: skip

# %% neuron-graph tags=["display"]
fig, ax = plt.subplots(figsize=(5.5, 3.5))
boxes = {
    "x": (0.4, 2.4, f"x = {neuron['x']:.0f}", ""),
    "w": (0.4, 1.2, f"w = {neuron['w']:.1f}", neuron["cost_by_w"]),
    "b": (0.4, 0.0, f"b = −{-neuron['b']:.0f}", neuron["cost_by_b"]),
    "z": (2.05, 1.2, f"z = {neuron['z']:.0f}", neuron["cost_by_z"]),
    "a": (3.65, 1.2, f"a = {neuron['a']:.3f}", neuron["cost_by_a"]),
    "y": (5.1, 2.4, f"y = {neuron['y']:.0f}", ""),
    "cost": (5.1, 1.2, f"C = {neuron['cost']:.3f}", 1.0),
}
style = {"boxstyle": "round,pad=0.35", "fc": "none", "ec": "0.5"}
drawn = {}
for key, (left, height, text, slope_text) in boxes.items():
    drawn[key] = ax.text(
        left, height, text, ha="center", va="center", bbox=style
    )
    if slope_text != "":
        ax.text(
            left, height - 0.38, f"← {slope_text:.3f}",
            ha="center", va="center", color="C1",
        )  # fmt: skip
edges = {
    ("x", "z"): ("", 0, 0),
    ("w", "z"): ("× x", 1.2, 1.38),
    ("b", "z"): ("× 1", 1.35, 0.42),
    ("z", "a"): ("× a(1−a)", 2.85, 1.55),
    ("a", "cost"): ("× 2(a−y)", 4.35, 1.55),
    ("y", "cost"): ("", 0, 0),
}
for (origin, end), (factor, left, height) in edges.items():
    arrow = {"arrowstyle": "->", "color": "C0", "lw": 1.6}
    arrow |= {"patchA": drawn[origin].get_bbox_patch()}
    arrow |= {"patchB": drawn[end].get_bbox_patch()}
    ax.annotate("", boxes[end][:2], boxes[origin][:2], arrowprops=arrow)
    ax.text(left, height, factor, ha="center", va="center", color="C1")
ax.text(2.8, 2.75, "→ forward: values", ha="center", color="C0")
ax.text(2.8, 2.35, "← backward: gradients", ha="center", color="C1")
ax.set(xlim=(-0.3, 5.75), ylim=(-0.6, 3.0))
ax.axis("off")
plt.show()


# %% number
class Number:
    """A number that remembers what it was computed from.

    >>> x = Number(3.0)
    >>> (x * x + x).backward()
    >>> x.grad
    7.0
    """

    def __init__(self, value, parents=(), slopes=()):
        self.value = value
        self.parents = parents
        self.slopes = slopes  # d self / d parent, one for each parent
        self.grad = 0.0  # d cost / d self, once backward has run

    def __add__(self, other):
        value = self.value + other.value
        return Number(value, (self, other), (1.0, 1.0))

    def __sub__(self, other):
        value = self.value - other.value
        return Number(value, (self, other), (1.0, -1.0))

    def __mul__(self, other):
        value = self.value * other.value
        return Number(value, (self, other), (other.value, self.value))

    def sigmoid(self):
        a = 1 / (1 + math.exp(-self.value))
        return Number(a, (self,), (a * (1 - a),))

    def tanh(self):
        a = math.tanh(self.value)
        return Number(a, (self,), (1 - a * a,))

    def backward(self):
        """Give every number this one depends on its gradient."""
        order, seen = [], set()

        def visit(number):
            if number not in seen:
                seen.add(number)
                for parent in number.parents:
                    visit(parent)
                order.append(number)

        visit(self)
        self.grad = 1.0
        for number in reversed(order):  # a child always before its parents
            for parent, slope in zip(number.parents, number.slopes):
                parent.grad += slope * number.grad


# %% number-neuron
x_number, w_number, b_number = Number(2.0), Number(1.5), Number(-1.0)
error = (w_number * x_number + b_number).sigmoid() - Number(0.0)
(error * error).backward()

neuron_differences["own_autograd"] = abs(w_number.grad - cost_by_w)
neuron_differences["own_autograd_b"] = abs(b_number.grad - cost_by_b)

# %% number-shown tags=["display"]
print(f"by hand             {cost_by_w:.9f}")
print(f"our own autograd    {w_number.grad:.9f}")
print(f"PyTorch (float32)   {w_tensor.grad.item():.9f}")
print(f"quotient            {quotient:.9f}")

# %% data
train_set = datasets.FashionMNIST("data", train=True, download=True)
test_set = datasets.FashionMNIST("data", train=False, download=True)


def prepare(dataset, n):
    """Return the first n images as (n, 784) floats in [0, 1], and labels."""
    X = dataset.data[:n].reshape(n, 784).float() / 255
    return X.to(device), dataset.targets[:n].to(device)


X_train, y_train = prepare(train_set, 20_000)
X_test, y_test = prepare(test_set, 10_000)
num_train = len(X_train)


# %% parameters
def make_parameters(seed):
    """Return W1 (784, 32), b1 (32,), W2 (32, 10) and b2 (10,)."""
    generator = torch.Generator().manual_seed(seed)
    W1 = torch.randn(784, 32, generator=generator) / math.sqrt(784)
    W2 = torch.randn(32, 10, generator=generator) / math.sqrt(32)
    parameters = {
        "W1": W1, "b1": torch.zeros(32), "W2": W2, "b2": torch.zeros(10),
    }  # fmt: skip
    return {name: p.to(device) for name, p in parameters.items()}


# %% forward
def forward(X, W1, b1, W2, b2):
    """Return every step from the images X to the probabilities A2."""
    Z1 = X @ W1 + b1  # (n, 32)
    A1 = torch.sigmoid(Z1)  # (n, 32)
    Z2 = A1 @ W2 + b2  # (n, 10)
    A2 = torch.softmax(Z2, dim=1)  # (n, 10)
    return Z1, A1, Z2, A2


def cross_entropy(A2, Y):
    """Return the mean of -log of the true class's probability."""
    return -(Y * A2.log()).sum() / len(Y)


# %% network-graph tags=["display"]
fig, ax = plt.subplots(figsize=(5.5, 5.4))
chain = [
    ("X", "784", ""),
    ("Z1 = X W1 + b1", "32", "(∂A1) ⊙ A1 ⊙ (1 − A1)"),
    ("A1 = σ(Z1)", "32", "(∂Z2) W2ᵀ"),
    ("Z2 = A1 W2 + b2", "10", "(A2 − Y) / n"),
    ("A2 = softmax(Z2)", "10", "−Y / (n A2)"),
    ("L = −Σ Y log A2 / n", "1", "1"),
]
style = {"boxstyle": "round,pad=0.35", "fc": "none", "ec": "0.5"}
for line, (text, size, slope_text) in enumerate(chain):
    ax.text(1.3, -line, text, ha="center", va="center", bbox=style)
    ax.text(-0.35, -line, size, ha="center", va="center", color="C0")
    ax.text(3.0, -line, slope_text, va="center", color="C1")
    if line:
        arrow = {"arrowstyle": "->", "color": "C0", "lw": 1.8}
        tip, tail = (1.3, 0.3 - line), (1.3, 0.7 - line)
        ax.annotate("", tip, tail, arrowprops=arrow)
back = {"arrowstyle": "->", "color": "C1", "lw": 1.8, "ls": "--"}
ax.annotate("", (2.75, -0.7), (2.75, -5.2), arrowprops=back)
for line, first, second in (
    (0.5, "W1: Xᵀ (∂Z1)", "b1: Σ (∂Z1)"),
    (2.5, "W2: A1ᵀ (∂Z2)", "b2: Σ (∂Z2)"),
):
    ax.text(3.0, -line, f"{first},  {second}", va="center", color="C1")
ax.text(-0.35, 0.6, "size", ha="center", color="C0")
ax.text(1.3, 0.6, "↓ forward", ha="center", color="C0")
ax.text(3.0, 0.6, "↑ backward: ∂L/∂ of it", color="C1")
ax.set(xlim=(-0.6, 6.0), ylim=(-5.5, 0.9))
ax.axis("off")
plt.show()


# %% backward
def backward(X, Y, A1, A2, W2):
    """Return the gradient of the loss L for each step, the last one first."""
    n = len(X)
    # ∂L/∂A2 = −Y / (n A2)
    A2_grad = -Y / (n * A2)
    # ∂L/∂Z2 = A2 ⊙ (∂L/∂A2 − Σ A2 ⊙ ∂L/∂A2)
    Z2_grad = A2 * (A2_grad - (A2 * A2_grad).sum(dim=1, keepdim=True))
    # ∂L/∂W2 = A1ᵀ ∂L/∂Z2
    W2_grad = A1.T @ Z2_grad
    # ∂L/∂b2 = Σ ∂L/∂Z2
    b2_grad = Z2_grad.sum(dim=0)
    # ∂L/∂A1 = ∂L/∂Z2 W2ᵀ
    A1_grad = Z2_grad @ W2.T
    # ∂L/∂Z1 = ∂L/∂A1 ⊙ A1 ⊙ (1 − A1)
    Z1_grad = A1_grad * A1 * (1 - A1)
    # ∂L/∂W1 = Xᵀ ∂L/∂Z1
    W1_grad = X.T @ Z1_grad
    # ∂L/∂b1 = Σ ∂L/∂Z1
    b1_grad = Z1_grad.sum(dim=0)
    return {
        "A2": A2_grad, "Z2": Z2_grad, "W2": W2_grad, "b2": b2_grad,
        "A1": A1_grad, "Z1": Z1_grad, "W1": W1_grad, "b1": b1_grad,
    }  # fmt: skip


# %% compare
def compare(by_hand, autograd):
    """Return whether exactly equal, whether close, and how far apart."""
    difference = (by_hand - autograd).abs().max().item()
    return torch.equal(by_hand, autograd), difference < 1e-6, difference


X, y = X_train[:64], y_train[:64]
Y = F.one_hot(y, 10).float()
parameters = make_parameters(seed=0)
num_parameters = sum(p.numel() for p in parameters.values())

steps = {name: p.clone().requires_grad_() for name, p in parameters.items()}
Z1, A1, Z2, A2 = forward(X, **steps)
steps |= {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
for step in steps.values():
    step.retain_grad()
cross_entropy(A2, Y).backward()

by_hand = backward(X, Y, A1.detach(), A2.detach(), parameters["W2"])
comparison = {
    name: compare(gradient, steps[name].grad)
    for name, gradient in by_hand.items()
}
comparison["(A2−Y)/n"] = compare((A2 - Y) / len(X), Z2.grad)
largest_gradient_difference = max(row[2] for row in comparison.values())

# %% compare-shown tags=["display"]
print("gradient  exact  approximate  max difference")
for key, (exact, close, gap) in comparison.items():
    print(f"{key:<10}{exact!s:<7}{close!s:<13}{gap:.1e}")


# %% steepest
def loss_after(direction, length):
    """Return the loss after a step of the given length in a direction."""
    norm = math.sqrt(sum(d.square().sum().item() for d in direction.values()))
    moved = {
        name: p + length / norm * direction[name]
        for name, p in parameters.items()
    }
    return cross_entropy(forward(X, **moved)[-1], Y).item()


length = 0.1
uphill = {name: by_hand[name] for name in parameters}
downhill = {name: -by_hand[name] for name in parameters}
generator = torch.Generator().manual_seed(0)
random_losses = []
for _ in range(200):
    direction = {
        name: torch.randn(p.shape, generator=generator).to(device)
        for name, p in parameters.items()
    }
    random_losses.append(loss_after(direction, length))

loss_before = cross_entropy(forward(X, **parameters)[-1], Y).item()
steepest_drop = loss_before - loss_after(downhill, length)
uphill_rise = loss_after(uphill, length) - loss_before
best_random_drop = loss_before - min(random_losses)
steepest_ratio = steepest_drop / best_random_drop

# %% train-by-hand
lr = 0.1
batch_size = 64
num_epochs = 5

parameters = make_parameters(seed=0)
generator = torch.Generator().manual_seed(0)
hand_accuracies = []
for _ in range(num_epochs):
    order = torch.randperm(num_train, generator=generator).to(device)
    for i in order.split(batch_size):
        X, Y = X_train[i], F.one_hot(y_train[i], 10).float()
        _, A1, _, A2 = forward(X, **parameters)
        gradients = backward(X, Y, A1, A2, parameters["W2"])
        for name in parameters:
            parameters[name] -= lr * gradients[name]
    y_hat = forward(X_test, **parameters)[-1].argmax(dim=1)
    hand_accuracies.append((y_hat == y_test).float().mean().item())
num_epochs_by_hand = num_epochs

# %% train-by-hand-shown tags=["display"]
for epoch, accuracy in enumerate(hand_accuracies, 1):
    print(f"epoch {epoch}: test accuracy {accuracy:.3f}")


# %% price
def clock():
    """Return the time in seconds, once the accelerator has finished."""
    if torch.accelerator.is_available():
        torch.accelerator.synchronize()
    return time.perf_counter()


def shortest(function, repeats=100):
    """Return the shortest of several timings of function()."""
    timings = []
    for _ in range(repeats):
        start = clock()
        function()
        timings.append(clock() - start)
    return min(timings)


X, Y = X_train[:64], F.one_hot(y_train[:64], 10).float()
_, A1, _, A2 = forward(X, **parameters)
forward_ms = 1000 * shortest(
    lambda: cross_entropy(forward(X, **parameters)[-1], Y)
)
backward_ms = 1000 * shortest(
    lambda: backward(X, Y, A1, A2, parameters["W2"])
)
backward_slowdown = backward_ms / forward_ms
numerical_seconds = 2 * num_parameters * forward_ms / 1000
numerical_slowdown = 1000 * numerical_seconds / (forward_ms + backward_ms)


# %% activations
def sigmoid(z):
    """Return 1 / (1 + e^-z), between 0 and 1."""
    return 1 / (1 + torch.exp(-z))


def normal_cdf(z):
    """Return Φ(z): the chance of a normal variable below z."""
    return 0.5 * (1 + torch.erf(z / math.sqrt(2)))


def normal_pdf(z):
    """Return φ(z), the derivative of Φ(z)."""
    return torch.exp(-z * z / 2) / math.sqrt(2 * math.pi)


slope = 0.01
activations = {  # name: (function, derivative)
    "linear": (lambda z: z, lambda z: torch.ones_like(z)),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (torch.tanh, lambda z: 1 - torch.tanh(z) ** 2),
    "relu": (lambda z: z.clamp(min=0), lambda z: (z > 0).float()),
    "leaky_relu": (
        lambda z: torch.where(z > 0, z, slope * z),
        lambda z: torch.where(z > 0, 1.0, slope),
    ),
    "elu": (
        lambda z: torch.where(z > 0, z, torch.exp(z) - 1),
        lambda z: torch.where(z > 0, 1.0, torch.exp(z)),
    ),
    "gelu": (
        lambda z: z * normal_cdf(z),
        lambda z: normal_cdf(z) + z * normal_pdf(z),
    ),
}

# %% activations-check
pytorch_activations = {
    "linear": nn.Identity(),
    "sigmoid": nn.Sigmoid(),
    "tanh": nn.Tanh(),
    "relu": nn.ReLU(),
    "leaky_relu": nn.LeakyReLU(slope),
    "elu": nn.ELU(),
    "gelu": nn.GELU(),
}
function_differences, derivative_differences = {}, {}
for name, (function, derivative) in activations.items():
    z = torch.linspace(-6, 6, 1201, requires_grad=True)
    a = pytorch_activations[name](z)
    a.sum().backward()
    with torch.inference_mode():
        function_differences[name] = compare(function(z), a)[2]
        derivative_differences[name] = compare(derivative(z), z.grad)[2]
    if name == "relu":
        relu_slopes = z.grad.unique().tolist()
linear_of_two = activations["linear"][0](2.0)

# %% activations-shown tags=["display"]
print("max difference   function   derivative")
for key in activations:
    print(f"{key:<17}{function_differences[key]:<11.1e}", end="")
    print(f"{derivative_differences[key]:.1e}")

# %% activations-figure tags=["display"]
titles = {
    "linear": "linear: z",
    "sigmoid": "sigmoid: 1 / (1 + e⁻ᶻ)",
    "tanh": "tanh",
    "relu": "ReLU: max(0, z)",
    "leaky_relu": "leaky ReLU: max(0.01z, z)",
    "elu": "ELU: eᶻ − 1 for z < 0",
    "gelu": "GELU: z Φ(z)",
}
fig, axes = plt.subplots(4, 2, figsize=(5.5, 8.0), sharex=True)
points = torch.linspace(-4, 4, 81)
for ax, (key, (curve, curve_slope)) in zip(axes.flat, activations.items()):
    jump = key in ("relu", "leaky_relu")
    mask = (points.abs() < 0.01) & jump
    heights = curve_slope(points).masked_fill(mask, math.nan)
    ax.axhline(0, color="0.5", lw=0.8)
    ax.plot(points, curve(points), "C0", lw=2)
    ax.plot(points, heights, "C1--", lw=2)
    ax.set_title(titles[key], fontsize=12)
    if key == "leaky_relu":
        ax.text(-2.2, 0.2, "0.01", ha="center", color="C1")
    ax.set(ylim=(-1.4, 2.4), xticks=[-4, 0, 4], yticks=[-1, 0, 1, 2])
legend = axes[3, 1]
legend.plot([-3.5, -2], [1.5, 1.5], "C0", lw=2)
legend.plot([-3.5, -2], [0.5, 0.5], "C1--", lw=2)
legend.text(-1.5, 1.5, "function", va="center", color="C0")
legend.text(-1.5, 0.5, "derivative", va="center", color="C1")
legend.set(ylim=(-1.4, 2.4))
legend.axis("off")
axes[2, 1].tick_params(labelbottom=True)
axes[3, 0].set_xlabel("z")
plt.show()

# %% linear-layers
torch.manual_seed(0)
layers = nn.Sequential(
    nn.Linear(784, 100), nn.Linear(100, 50), nn.Linear(50, 10)
).to(device)
with_relu = nn.Sequential(
    layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2]
)

W1, W2, W3 = (layer.weight for layer in layers)
b1, b2, b3 = (layer.bias for layer in layers)
W = W3 @ W2 @ W1
b = W3 @ (W2 @ b1 + b2) + b3
one_layer = X_test @ W.T + b
collapsed_difference = compare(one_layer, layers(X_test))[2]
not_collapsed_difference = compare(one_layer, with_relu(X_test))[2]
three_layer_parameters = sum(p.numel() for p in layers.parameters())
one_layer_parameters = W.numel() + b.numel()

# %% sigmoid-limits
z = torch.tensor([-10.0, -5.0, 0.0, 5.0, 10.0], requires_grad=True)
a = torch.sigmoid(z)
a.sum().backward()
sigmoid_values, sigmoid_slopes = a.tolist(), z.grad.tolist()
sigmoid_steepest_slope = max(sigmoid_slopes)

# %% sigmoid-limits-shown tags=["display"]
print("     z      σ(z)     σ'(z)")
for line in zip(z.tolist(), sigmoid_values, sigmoid_slopes):
    print("{:>6.0f}{:>10.5f}{:>10.5f}".format(*line))


# %% deep-network
def make_network(activation, num_hidden, width=64, seed=0):
    """Return a network; equal seeds give equal weights (He's, with any)."""
    torch.manual_seed(seed)
    sizes = [784] + num_hidden * [width] + [10]
    layers = []
    for inputs, outputs in itertools.pairwise(sizes):
        linear = nn.Linear(inputs, outputs)
        nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
        nn.init.zeros_(linear.bias)
        layers += [linear, activation()]
    return nn.Sequential(*layers[:-1]).to(device)  # none after the last


hidden_activations = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}

# %% layer-gradients
num_hidden = 8
layer_gradients = {}
for name, activation in hidden_activations.items():
    model = make_network(activation, num_hidden)
    F.cross_entropy(model(X_train[:1000]), y_train[:1000]).backward()
    layer_gradients[name] = [
        layer.weight.grad.square().mean().sqrt().item()
        for layer in model[::2]
    ]

# %% layer-gradients-result
sigmoid_shrinkage = (
    layer_gradients["sigmoid"][0] / layer_gradients["sigmoid"][-1]
)
sigmoid_gradient_ratio = 1 / sigmoid_shrinkage
tanh_shrinkage = layer_gradients["tanh"][0] / layer_gradients["tanh"][-1]
relu_shrinkage = layer_gradients["relu"][0] / layer_gradients["relu"][-1]
# from the second to the last hidden layer, all of them alike
sigmoid_layer_factor = (
    layer_gradients["sigmoid"][1] / layer_gradients["sigmoid"][7]
) ** (1 / 6)
predicted_layer_factor = math.sqrt(2) / 4

# %% layer-gradients-figure tags=["display"]
fig, ax = plt.subplots(figsize=(5.5, 3.6))
styles = {"sigmoid": "C1s--", "tanh": "C2^-.", "relu": "C0o-"}
places = {"sigmoid": (4, -18), "tanh": (0, 9), "relu": (0, -18)}
names = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU"}
for key, heights in layer_gradients.items():
    ax.semilogy(range(1, 10), heights, styles[key])
    ax.annotate(
        names[key], (3, heights[2]), places[key], color=styles[key][:2],
        textcoords="offset points",
    )  # fmt: skip
ax.set(xlabel="layer (9: output)", ylabel="size of weight gradient")
ax.set_xticks(range(1, 10))
plt.show()


# %% deep-training
def train(model, lr, num_epochs, seed=0, batch_size=128):
    """Train the model in place by SGD with momentum; return it."""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(num_epochs):
        order = torch.randperm(num_train, generator=generator).to(device)
        for i in order.split(batch_size):
            loss = F.cross_entropy(model(X_train[i]), y_train[i])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


@torch.inference_mode()
def measure_accuracy(model):
    """Return the share of test images that the model gets right."""
    return (model(X_test).argmax(dim=1) == y_test).float().mean().item()


lr = 0.01
num_epochs = 3
deep_accuracies = {name: [] for name in hidden_activations}
trained = {}
for name, activation in hidden_activations.items():
    for seed in range(3):
        model = make_network(activation, num_hidden, seed=seed)
        trained[name, seed] = train(model, lr, num_epochs, seed)
        deep_accuracies[name].append(measure_accuracy(model))

# %% deep-training-shown tags=["display"]
print("test accuracy   seed 0   seed 1   seed 2")
for key, three in deep_accuracies.items():
    line = "".join(f"{accuracy:<9.3f}" for accuracy in three)
    print(f"{key:<16}{line}")

# %% depth
depths = [1, 2, 4, 8]
depth_accuracies = {}
for name, activation in hidden_activations.items():
    accuracies = []
    for depth in depths[:-1]:
        model = train(make_network(activation, depth), lr, num_epochs)
        accuracies.append(measure_accuracy(model))
    depth_accuracies[name] = [*accuracies, deep_accuracies[name][0]]
shallow_sigmoid_accuracy = depth_accuracies["sigmoid"][0]
deep_sigmoid_mean = statistics.mean(deep_accuracies["sigmoid"])
deep_tanh_mean = statistics.mean(deep_accuracies["tanh"])
deep_relu_mean = statistics.mean(deep_accuracies["relu"])

# %% depth-figure tags=["display"]
fig, ax = plt.subplots(figsize=(5.5, 3.4))
styles = {"sigmoid": "C1s--", "tanh": "C2^-.", "relu": "C0o-"}
names = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU"}
for key, four in depth_accuracies.items():
    ax.semilogx(depths, four, styles[key], label=names[key])
ax.axhline(0.1, color="0.5", lw=0.8)
ax.text(1, 0.12, "guessing", color="0.5")
ax.set(xlabel="hidden layers", ylabel="test accuracy", ylim=(0, 1))
ax.set_xticks(depths, depths)
ax.minorticks_off()
ax.legend(loc="center left")
plt.show()


# %% sparse
@torch.inference_mode()
def zero_share(model):
    """Return the share of exact zeros among the hidden activations."""
    zeros, count, A = 0, 0, X_test
    for layer in model[:-1]:
        A = layer(A)
        if not isinstance(layer, nn.Linear):
            zeros += (A == 0).sum().item()
            count += A.numel()
    return zeros / count


relu_zero_share = zero_share(trained["relu", 0])
tanh_zero_share = zero_share(trained["tanh", 0])
sigmoid_zero_share = zero_share(trained["sigmoid", 0])

# %% cheap
z = torch.randn(128, 1024, generator=torch.Generator().manual_seed(0))
activation_us = {
    name: 1e6 * shortest(lambda: pytorch_activations[name](z))
    for name in ("relu", "leaky_relu", "sigmoid", "tanh", "elu", "gelu")
}
sigmoid_slowdown = activation_us["sigmoid"] / activation_us["relu"]
tanh_slowdown = activation_us["tanh"] / activation_us["relu"]
num_activations = z.numel()

# %% cheap-shown tags=["display"]
for key, microseconds in activation_us.items():
    print(f"{key:<12}{microseconds:>8.0f} µs")


# %% growth
@torch.inference_mode()
def largest_activations(model):
    """Return the largest activation in each hidden layer."""
    largest, A = [], X_test
    for layer in model[:-1]:
        A = layer(A)
        if not isinstance(layer, nn.Linear):
            largest.append(A.max().item())
    return largest


growth = {}
for name in ("relu", "sigmoid"):
    model = make_network(hidden_activations[name], num_hidden)
    with torch.inference_mode():
        for layer in model[:-1:2]:
            layer.weight *= 2  # twice as large as they should be
    growth[name] = largest_activations(model)
relu_growth = growth["relu"][-1] / growth["relu"][0]
sigmoid_largest = max(growth["sigmoid"])


# %% dead
@torch.inference_mode()
def find_dead(model):
    """Return the hidden units that are zero for every training image."""
    dead = (model[0](X_train) <= 0).all(dim=0)
    return dead.nonzero().flatten().tolist()


def with_activation(model, activation):
    """Return a copy of a one-hidden-layer network with its weights."""
    return nn.Sequential(
        copy.deepcopy(model[0]), activation, copy.deepcopy(model[2])
    )


too_large_lr = 1.0
dead_before, dead_units, after_accident = [], [], []
accidents = []
for seed in range(3):
    model = make_network(nn.ReLU, 1, width=128, seed=seed)
    dead_before.append(len(find_dead(model)))
    train(model, too_large_lr, num_epochs=1, seed=seed)
    dead_units.append(len(find_dead(model)))
    after_accident.append(measure_accuracy(model))
    accidents.append(model)

# %% revive
after_relu, after_leaky, revived_by_relu = [], [], []
moved_dead_units_relu, moved_dead_units_leaky = [], []
for seed, model in enumerate(accidents):
    dead = find_dead(model)
    old = model[0].weight.detach()

    relu = with_activation(model, nn.ReLU())
    leaky = with_activation(model, nn.LeakyReLU(slope))
    after_relu.append(measure_accuracy(train(relu, lr, num_epochs, seed)))
    after_leaky.append(measure_accuracy(train(leaky, lr, num_epochs, seed)))

    moved = (relu[0].weight[dead] != old[dead]).any(dim=1)
    moved_dead_units_relu.append(moved.sum().item())
    moved = (leaky[0].weight[dead] != old[dead]).any(dim=1)
    moved_dead_units_leaky.append(moved.sum().item())
    revived_by_relu.append(len(set(dead) - set(find_dead(relu))))
mean_dead_units = statistics.mean(dead_units)
mean_after_accident = statistics.mean(after_accident)
mean_after_relu = statistics.mean(after_relu)
mean_after_leaky = statistics.mean(after_leaky)

# %% dead-shown tags=["display"]
print("                 seed 0  seed 1  seed 2")
rows = {
    "dead, of 128": dead_units,
    "- moved, ReLU": moved_dead_units_relu,
    "- moved, leaky": moved_dead_units_leaky,
}
for caption, counts in rows.items():
    print(f"{caption:<17}" + "".join(f"{count:<8}" for count in counts))
rows = {
    "accuracy": after_accident,
    "- then ReLU": after_relu,
    "- then leaky": after_leaky,
}
for caption, shares in rows.items():
    print(f"{caption:<17}" + "".join(f"{share:<8.3f}" for share in shares))


# %% softmax
def softmax(z):
    """Return the probabilities of the classes, along the last axis.

    >>> softmax(torch.zeros(4)).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    e = torch.exp(z)
    return e / e.sum(dim=-1, keepdim=True)


z = torch.tensor([2.0, 1.0, -1.0])
probabilities = softmax(z).tolist()
softmax_sum = softmax(z).sum().item()
shift_difference = compare(softmax(z), softmax(z + 5))[2]
two_class_difference = compare(
    softmax(z[:2])[0], torch.sigmoid(z[0] - z[1])
)[2]

# %% cross-entropy
label = 1  # the true class j
a = softmax(z)
by_definition = -torch.log(a[label]).item()
by_pytorch = F.cross_entropy(z, torch.tensor(label)).item()
cross_entropy_difference = abs(by_definition - by_pytorch)

# %% mistake
z = torch.tensor([8.0, 0.0, 0.0], requires_grad=True)
y = F.one_hot(torch.tensor(label), 3).float()
mistake_gradients, autograd_gradients = {}, {}
for name in ("cross_entropy", "squared"):
    a = softmax(z)
    if name == "cross_entropy":
        loss = -torch.log(a[label])
        by_hand = a - y
    else:
        loss = ((a - y) ** 2).sum()
        by_hand = 2 * a * ((a - y) - (a * (a - y)).sum())
    z.grad = None
    loss.backward()
    mistake_gradients[name] = by_hand.detach()
    autograd_gradients[name] = z.grad

mistake_probability = softmax(z)[label].item()
mistake_by_hand_difference = max(
    compare(mistake_gradients[name], autograd_gradients[name])[2]
    for name in mistake_gradients
)
mistake_gradient_cross_entropy = mistake_gradients["cross_entropy"][label]
mistake_gradient_cross_entropy = mistake_gradient_cross_entropy.item()
mistake_gradient_squared = mistake_gradients["squared"][label].item()
mistake_gradient_ratio = (
    mistake_gradient_cross_entropy / mistake_gradient_squared
)

# %% mistake-figure tags=["display"]
points = torch.linspace(-8, 6, 71)
chance = torch.sigmoid(points)
fig, (top, bottom) = plt.subplots(2, figsize=(5.5, 5.0), sharex=True)
top.plot(points, -torch.log(chance), "C0")
top.plot(points, (chance - 1) ** 2, "C1--")
top.set(ylabel="loss")
top.text(-4.6, 5.6, "cross-entropy: −log a", color="C0")
top.text(-7.9, 1.35, "squared error: (a − 1)²", color="C1")
bottom.plot(points, 1 - chance, "C0")
bottom.plot(points, 2 * (1 - chance) ** 2 * chance, "C1--")
bottom.text(-4.6, 0.85, "1 − a", color="C0")
bottom.text(-3.3, 0.33, "2a(1 − a)²", color="C1", ha="right")
bottom.annotate(
    "confident mistake", (-7.6, 0.03), (-7.9, 0.55),
    arrowprops={"arrowstyle": "->", "color": "0.5"},
)  # fmt: skip
bottom.set(xlabel="z  (true class: 1)", ylabel="size of gradient")
plt.show()


# %% rounding
def losses(z, label):
    """Return the loss of logits z in float32, computed in several ways."""
    z32 = torch.tensor(z)
    z64 = torch.tensor(z, dtype=torch.float64)
    stable = torch.softmax(z32, dim=0)[label]
    return {
        "naive": -softmax(z32).log()[label].item(),
        "softmax": -stable.log().item(),
        "clipped": -stable.clamp(1e-7, 1 - 1e-7).log().item(),
        "log_softmax": -torch.log_softmax(z32, dim=0)[label].item(),
        "exact": -torch.log_softmax(z64, dim=0)[label].item(),
    }


moderate = losses([2.0, 1.0], label=1)
overflow = losses([100.0, 90.0], label=1)
digits = losses([0.0, -103.0], label=1)
underflow = losses([0.0, -110.0], label=1)
clipped_loss = underflow["clipped"]
digits_error = {
    name: abs(value / digits["exact"] - 1) for name, value in digits.items()
}

# %% rounding-shown tags=["display"]
cases = {
    "(2, 1)": moderate,
    "(100, 90)": overflow,
    "(0, -103)": digits,
    "(0, -110)": underflow,
}
print("z           naive softmax clipped log-softmax    exact")
for case, line in cases.items():
    print(f"{case:<10}{line['naive']:>7.2f}{line['softmax']:>8.2f}", end="")
    print(f"{line['clipped']:>8.2f}{line['log_softmax']:>12.4f}", end="")
    print(f"{line['exact']:>9.4f}")

# %% rounding-gradients
z = torch.tensor([0.0, -110.0], requires_grad=True)
clipped = torch.softmax(z, dim=0).clamp(1e-7, 1 - 1e-7)
(-clipped.log()[1]).backward()
clipped_gradient = z.grad[1].item()

z.grad = None
F.cross_entropy(z, torch.tensor(1)).backward()
logits_gradient = z.grad[1].item()

near_zero = losses([20.0, 0.0], label=0)
near_zero_binary = F.binary_cross_entropy_with_logits(
    torch.tensor(20.0), torch.tensor(1.0)
).item()

# %% solution-tanh
weights = make_parameters(seed=1)
leaves = {name: p.clone().requires_grad_() for name, p in weights.items()}
X, y = X_train[:64], y_train[:64]

A1 = torch.tanh(X @ leaves["W1"] + leaves["b1"])
Z2 = A1 @ leaves["W2"] + leaves["b2"]
F.cross_entropy(Z2, y).backward()

Y = F.one_hot(y, 10)
Z2_grad = (torch.softmax(Z2, dim=1) - Y) / len(X)
A1_grad = Z2_grad @ leaves["W2"].T
Z1_grad = A1_grad * (1 - A1**2)  # the only line that changes
W1_grad = X.T @ Z1_grad
tanh_gradient_difference = compare(W1_grad, leaves["W1"].grad)[2]


# %% solution-xor
def train_xor(activation, num_steps=600, lr=0.3, seed=0):
    """Train a 2-3-1 network of Numbers on XOR; return its final cost."""
    generator = torch.Generator().manual_seed(seed)
    start = torch.randn(13, generator=generator).tolist()
    w = [Number(value) for value in start]
    for _ in range(num_steps):
        cost = Number(0.0)
        for x1, x2 in itertools.product((0.0, 1.0), repeat=2):
            y_hat = w[12]
            for i in range(3):
                z = w[i] * Number(x1) + w[i + 3] * Number(x2) + w[i + 6]
                y_hat = y_hat + w[i + 9] * activation(z)
            error = y_hat - Number(float(x1 != x2))
            cost = cost + error * error * Number(0.25)
        for number in w:
            number.grad = 0.0
        cost.backward()
        for number in w:
            number.value -= lr * number.grad
    return cost.value


xor_costs = {
    "linear": train_xor(lambda z: z, lr=0.1),
    "tanh": train_xor(Number.tanh),
}


# %% solution-check
def quotient_error(h, dtype):
    """Return how far the difference quotient of σ at 1 is from σ'(1)."""
    z = torch.tensor(1.0, dtype=dtype)
    slope = (torch.sigmoid(z + h) - torch.sigmoid(z - h)) / (2 * h)
    a = torch.sigmoid(torch.tensor(1.0, dtype=torch.float64))
    return abs(slope.item() - (a * (1 - a)).item())


check_steps = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6]
check_errors_float32 = [quotient_error(h, torch.float32) for h in check_steps]
check_errors_float64 = [quotient_error(h, torch.float64) for h in check_steps]

# %% solution-check-shown tags=["display"]
print("h        float32   float64")
for line in zip(check_steps, check_errors_float32, check_errors_float64):
    print("{:<9.0e}{:<10.0e}{:.0e}".format(*line))


# %% solution-centred
class CentredSigmoid(nn.Module):
    """A sigmoid stretched to slope 1 at 0 and moved to pass through 0."""

    def forward(self, z):
        return 4 * torch.sigmoid(z) - 2


model = make_network(CentredSigmoid, num_hidden)
centred_accuracy = measure_accuracy(train(model, lr, num_epochs))


# %% solution-escape
def count_steps(gradient, z=-8.0, lr=1.0):
    """Return how many steps bring a = σ(z) from a mistake to 0.5."""
    steps = 0
    while z < 0:
        a = 1 / (1 + math.exp(-z))
        z -= lr * gradient(a)
        steps += 1
    return steps


escape_steps = {
    "cross_entropy": count_steps(lambda a: a - 1),
    "squared": count_steps(lambda a: 2 * (a - 1) * a * (1 - a)),
}
