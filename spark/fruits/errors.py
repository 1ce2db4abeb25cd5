"""Failures that a user can mend, as one line of cause and one of remedy."""


class JobError(Exception):
    """A job cannot go on; `exit_code` is 1 for a failure, 2 for wrong arguments."""

    def __init__(self, cause: str, remedy: str, exit_code: int = 1) -> None:
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy
        self.exit_code = exit_code

    def __str__(self) -> str:
        """Say both: a notebook shows what an exception says of itself, and nothing else of it."""
        return f"{self.cause}\nremedy: {self.remedy}"

    def __reduce__(self) -> tuple:
        """Survive the way from a Python worker to the driver, as exceptions with several arguments do not."""
        return type(self), (self.cause, self.remedy, self.exit_code)
