#!/usr/bin/env python
"""Run an administrative command of Tierdesk."""

import os
import sys


def main() -> None:
    """Run the command of the command line; a wrong setting ends in a sentence and not in a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        settings.INSTALLED_APPS  # noqa: B018 (reads the settings)
    except ImproperlyConfigured as error:
        sys.exit(f"Tierdesk cannot start: {error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
