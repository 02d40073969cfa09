"""How every property-based test runs: examples may take as long as a busy machine makes them take."""

from __future__ import annotations

from hypothesis import HealthCheck, settings


def pytest_configure() -> None:
    # both measure wall time, which on a shared machine says more about its other work than about the code under test;
    # a test that suppresses a check of its own names too_slow again, because its list replaces this one
    settings.register_profile("any-speed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("any-speed")
