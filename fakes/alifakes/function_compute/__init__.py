"""An emulator of Alibaba Cloud's Function Compute that runs the functions of any s.yaml on this machine."""

from __future__ import annotations

from alifakes.function_compute.app import FunctionComputeFake
from alifakes.function_compute.model import ProjectError

__all__ = ["FunctionComputeFake", "ProjectError"]
