"""The daily computation of what is read together, by numpy and scipy: in this function and nowhere else."""
