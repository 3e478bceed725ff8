"""The reading room (``jianbao serve``): pages that show a store, each a module here and a file in ``templates/``.

``application`` puts them together, ``access`` stands before them all. What is shown comes from ``cleaners``; the words
of the pages are in ``wording.toml``, their looks in ``static/room.css``. There is no script: the pages work without.
"""
