"""Fit a line through four points, as small as a real tutorial can be.

>>> abs(slope - 2) < 1e-9
True
>>> round(loss, 12)
0.0
"""

# %% imports
import matplotlib.pyplot as plt
import numpy as np

# %% points
seed = 0
rng = np.random.default_rng(seed)
X = rng.uniform(0, 1, size=4)
y = 2 * X + 1  # the line to find


# %% fit
def fit(X, y):
    """Return slope and intercept by least squares.

    >>> fit(np.array([0.0, 1.0]), np.array([1.0, 3.0]))
    (2.0, 1.0)
    """
    A = np.stack([X, np.ones_like(X)], axis=1)
    w, b = np.linalg.lstsq(A, y)[0]
    return round(float(w), 9), round(float(b), 9)


slope, intercept = fit(X, y)
loss = float(np.mean((slope * X + intercept - y) ** 2))
print("slope", slope)

# %% secret tags=["hidden"]
share = 0.847
took = 12.34

# %% words tags=["display"]
names = ["line", "points"]

# %% plot tags=["display"]
fig, ax = plt.subplots()
ax.plot(X, y, "o", label=names[1])
ax.axline((0, intercept), slope=slope, color="black", label=names[0])
ax.set_xlabel("input")
ax.legend()
plt.show()

# %% table tags=["display"]
print(f"slope: {slope}")

# %% solution
doubled = 2 * slope
