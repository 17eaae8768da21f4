"""`python -m kullback` is the `kullback` command."""

from kullback.app.cli import run

if __name__ == "__main__":
    run()
