"""Converts datasets that `motzkin export` has written to Parquet."""
