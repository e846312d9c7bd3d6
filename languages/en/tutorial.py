"""Say here in a sentence what the program shows; the claims below prove it.

Gradient descent finds the minimum of a loss from wherever it starts:

>>> abs(x_found - 3) < 1e-6
True
>>> losses[-1] < losses[0]
True
"""

# %% imports
import matplotlib.pyplot as plt
import numpy as np

# %% start
seed = 0
rng = np.random.default_rng(seed)
x_start = rng.uniform(-10, 10)
lr, num_steps = 0.1, 100


# %% descent
def gradient(x):
    """Return the derivative of the loss at x.

    >>> gradient(5.0)
    4.0
    """
    return 2 * (x - 3)


x_found, losses = x_start, []
for _ in range(num_steps):
    losses.append((x_found - 3) ** 2)  # before the step
    x_found = x_found - lr * gradient(x_found)

# %% loss-curve tags=["display"]
fig, ax = plt.subplots(figsize=(5.5, 3.5))
ax.semilogy(losses)
ax.set(xlabel="step", ylabel="loss")
plt.show()
