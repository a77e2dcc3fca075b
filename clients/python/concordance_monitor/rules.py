"""Rules over pooled values of a session's tokens."""

import numpy as np

MOST_DEEP = 8
MOST_PARTS = 1000
MOST_TOKENS = 64
PEAK = ("max", 1, "all-tokens")


class Rule:
    """When a monitor fires. A form that this client does not know raises ValueError, and the release is refused."""

    def __init__(self, value):
        fields = {"aggregation", "atLeast", "features", "id", "level", "scope"}
        if not fields <= set(value) <= fields | {"condition"}:
            raise ValueError(f"rule with {sorted(value)}")
        self.id, self.level, self.features = value["id"], value["level"], list(value["features"])
        condition = value.get("condition")
        form = ("max", "all-tokens") if condition is None else ("condition", "condition")
        if (value["aggregation"], value["scope"]) != form:
            raise ValueError(f"rule over {value['aggregation']!r} of {value['scope']!r}")
        if not isinstance(value["atLeast"], int) or not 1 <= value["atLeast"] <= len(self.features):
            raise ValueError(f"rule of at least {value['atLeast']}")
        if condition is None:
            self.whole = ("at-least", value["atLeast"], [("fires", uid, PEAK) for uid in self.features])
        else:
            self.whole = _condition(condition, 1)
        self.leaves = list(_leaves(self.whole))
        if condition is not None and list(dict.fromkeys(uid for uid, _ in self.leaves)) != self.features:
            raise ValueError("rule names other features than its condition")
        if _size(self.whole) > MOST_PARTS or self.holds(lambda uid, pooling: False):
            raise ValueError("condition that is too large, or holds when no feature fires")

    def holds(self, leaf):
        return _holds(self.whole, leaf)


def _condition(value, depth):
    if depth > MOST_DEEP:
        raise ValueError(f"more than {MOST_DEEP} levels")
    fields, kind = set(value), value["is"]
    if kind == "fires" and fields == {"is", "feature", "pooling"}:
        return ("fires", value["feature"], _pooling(value["pooling"]))
    if kind == "not" and fields == {"is", "of"}:
        return ("not", None, [_condition(value["of"], depth + 1)])
    if kind in ("all", "any", "at-least") and fields == {"is", "of"} | ({"count"} if kind == "at-least" else set()):
        parts = [_condition(part, depth + 1) for part in value["of"]]
        count = {"all": len(parts), "any": 1}.get(kind, value.get("count"))
        if isinstance(count, int) and 1 <= count <= len(parts):
            return ("at-least", count, parts)
    raise ValueError(f"condition {kind!r} with {sorted(fields)}")


def _pooling(value):
    pooling = (value["over"], value["tokens"], value["scope"])
    most = MOST_TOKENS if pooling[0] == "max" else 1
    if (
        set(value) != {"over", "tokens", "scope"}
        or pooling[0] not in ("max", "mean", "last")
        or not (isinstance(pooling[1], int) and 1 <= pooling[1] <= most)
        or pooling[2] not in ("all-tokens", "before-output", "output")
    ):
        raise ValueError(f"pooling {value}")
    return pooling


def _leaves(condition):
    kind, what, parts = condition
    if kind == "fires":
        yield what, parts
    else:
        for part in parts:
            yield from _leaves(part)


def _size(condition):
    return 1 if condition[0] == "fires" else 1 + sum(_size(part) for part in condition[2])


def _holds(condition, leaf):
    kind, what, parts = condition
    if kind == "fires":
        return leaf(what, parts)
    if kind == "not":
        return not _holds(parts[0], leaf)
    return sum(_holds(part, leaf) for part in parts) >= what


def pool(values, pooling, first_output):
    """The pooled value of one feature's pre-activations ``[tokens]``, and the token where the highest one stands."""
    over, tokens, scope = pooling
    start = first_output if scope == "output" else 0
    counted = values[start : first_output if scope == "before-output" else len(values)]
    if len(counted) == 0:
        return np.float32(-np.inf), -1
    at = start + int(np.argmax(counted))
    if over == "mean":
        return np.float32(counted.astype(np.float64).sum() / len(counted)), at
    if over == "last":
        return counted[-1], at
    if tokens > len(counted):
        return np.float32(-np.inf), at
    return np.partition(counted, len(counted) - tokens)[len(counted) - tokens], at
