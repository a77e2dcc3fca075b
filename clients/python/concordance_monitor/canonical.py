"""JSON in its one canonical form (RFC 8785)."""

import json
import math


def dumps(value):
    """The canonical bytes of what ``loads`` gave."""
    return _text(value).encode("utf-8")


def loads(data):
    """Reads JSON strictly: a name that comes twice, NaN, or bytes that are not UTF-8 raise ValueError."""
    return json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_constant)


def _once(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name comes twice")
    return result


def _constant(name):
    raise ValueError(name + " is no JSON")


def _text(value):
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (int, float)):
        return number(float(value))
    if isinstance(value, list):
        return "[" + ",".join(_text(item) for item in value) + "]"
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(_text(name) + ":" + _text(value[name]) for name in names) + "}"


def number(value):
    """As ECMAScript writes a number: the shortest digits that read back as it (RFC 8785, section 3.2.2.3)."""
    if not math.isfinite(value):
        raise ValueError("not a finite number")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, exponent = f"{abs(value)!r}e0".split("e")[:2]
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    power = point - 1
    mark = "e+" if power > 0 else "e-"
    return sign + digits[0] + ("." + digits[1:] if count > 1 else "") + mark + str(abs(power))
