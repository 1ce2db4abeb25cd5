"""Runs: their code, their names, their steps on EMR, their records and results."""
