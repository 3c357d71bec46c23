"""`python -m tsqld`: the same as the command `tsqld`."""

from tsqld.cli import main

if __name__ == "__main__":
    main()
