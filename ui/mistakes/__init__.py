"""Mistakes that circulate: each wrong line really run beside its correction.

`lab*.py` hold the lines and run them in the worker process, where torch is; nothing else here
imports them. The page reads them as text, so what it shows is what runs.
"""
