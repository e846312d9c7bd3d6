"""Run tutorials in a Jupyter kernel, on their datasets. Needs the packages of a run."""
