"""Whether a container has an update, and what is said of it.

`facts` reads what counts, once; `judgement` judges it, and is pure; `checks` and `status` put together what
commands and daemon ask for.
"""
