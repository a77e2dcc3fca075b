import struct
import unittest

from concordance_monitor import canonical

# RFC 8785, appendix B.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


class CanonicalTest(unittest.TestCase):
    def test_writes_numbers_as_rfc_8785_does(self):
        for bits, text in NUMBERS.items():
            with self.subTest(bits=bits):
                self.assertEqual(canonical.number(struct.unpack(">d", bytes.fromhex(bits))[0]), text)

    def test_sorts_names_by_utf_16_units(self):
        value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\u00f6": 7}
        order = ["\r", "1", "\x80", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
        self.assertEqual(list(canonical.loads(canonical.dumps(value))), order)

    def test_refuses_names_that_come_twice_and_what_is_no_json(self):
        for text in (b'{"a":1,"a":1}', b'{"a":NaN}', b'{"a":"\xff"}', b"{"):
            with self.subTest(text=text), self.assertRaises(ValueError):
                canonical.loads(text)


if __name__ == "__main__":
    unittest.main()
