"""From a cooperative's spreadsheet to its goods.

``tables`` reads the file, ``rows`` its cells (both pure), ``planning`` compares them with what is there,
``applying`` writes, ``wording`` says in plain Vietnamese what is wrong, ``uploads`` keeps a file between
the trial and the writing.
"""
