"""How states read: each by its own word."""

import ast
from collections import defaultdict
from pathlib import Path

import models
from blueprints import filters


def test_states_with_the_same_value_share_their_word():
    """`TicketState.SOLVED` and any other `solved` are one key to a dictionary: the later word would stand over both."""
    tree = ast.parse(Path(filters.__file__).read_text())
    [words] = [
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "WORDS"
    ]
    said = defaultdict(set)
    for key, value in zip(words.keys, words.values, strict=True):
        member = getattr(getattr(models, key.value.id), key.attr)
        said[member.value].add(ast.unparse(value))
    assert {value: texts for value, texts in said.items() if len(texts) > 1} == {}
