package io.concordance.interp.evidence;

import io.concordance.contracts.problem.FieldProblem;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Numbers and texts as bytes: counts in base 128, low digits first; everything else big-endian and of fixed size. */
final class Wire {
    private Wire() {}

    static final class Out {
        private final DataOutputStream bytes;

        Out(DataOutputStream bytes) {
            this.bytes = bytes;
        }

        /** A number that is mostly small and never negative. */
        void count(long value) {
            try {
                long rest = value;
                while (rest > 0x7f) {
                    bytes.write((int) rest | 0x80);
                    rest >>>= 7;
                }
                bytes.write((int) rest);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void fixed(long value) {
            try {
                bytes.writeLong(value);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void real(double value) {
            fixed(Double.doubleToRawLongBits(value));
        }

        void real(float value) {
            try {
                bytes.writeInt(Float.floatToRawIntBits(value));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void text(String value) {
            try {
                byte[] utf8 = value.getBytes(java.nio.charset.StandardCharsets.UTF_8);
                count(utf8.length);
                bytes.write(utf8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static final class In {
        private static final int LONGEST_TEXT = 1 << 20;

        private final DataInputStream bytes;

        In(DataInputStream bytes) {
            this.bytes = bytes;
        }

        long number() {
            try {
                long value = 0;
                for (int shift = 0; shift < 64; shift += 7) {
                    int digit = bytes.readUnsignedByte();
                    value |= (long) (digit & 0x7f) << shift;
                    if (digit < 0x80) {
                        return value;
                    }
                }
                throw new FieldProblem("count", "more than 64 bits", "at most 64 bits");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        int count() {
            long value = number();
            if (value < 0 || value > Integer.MAX_VALUE) {
                throw new FieldProblem("count", value, "0 to " + Integer.MAX_VALUE);
            }
            return (int) value;
        }

        long fixed() {
            try {
                return bytes.readLong();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        double real() {
            return Double.longBitsToDouble(fixed());
        }

        float shortReal() {
            try {
                return Float.intBitsToFloat(bytes.readInt());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String text() {
            int length = count();
            if (length > LONGEST_TEXT) {
                throw new FieldProblem("text", length, "at most " + LONGEST_TEXT + " bytes");
            }
            try {
                byte[] utf8 = new byte[length];
                bytes.readFully(utf8);
                return new String(utf8, java.nio.charset.StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
