"""Where the runs of a plan are made: one after the other on this machine, or on others through Dask."""

from .executor import Executor, Lost, Work, find_executor

__all__ = ["Executor", "Lost", "Work", "find_executor"]
