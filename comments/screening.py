"""Why a comment was held, as facts, and those facts in words."""


def sentences(comment):
    """What its reasons say: (number, sentence, [(start, end), …]), the ranges in `comment.body` they are about."""
    return []
