"""Why a file was not taken."""


class FileRefused(Exception):
    """A file that was not kept. `str()` is a sentence for the person, `status` goes with it over HTTP.

    `retry_after_seconds` is set where waiting helps.
    """

    def __init__(self, message: str, status: int, retry_after_seconds: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_seconds = retry_after_seconds
