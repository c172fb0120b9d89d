"""The browser of the journeys, for what only a browser can show."""

from tests.journeys.conftest import chrome

__all__ = ["chrome"]
