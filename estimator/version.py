"""The version of the code, for records and exports."""

__version__ = "0.3.0"
