"""The documentation kept true: tables made from the code, commands checked, links that lead somewhere."""
