package io.concordance.capture.chat.jinja;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.concordance.contracts.json.Json;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What templates compute with, by Python's rules: {@link #NONE}, {@link #UNDEFINED}, {@code Boolean}, {@code Long},
 * {@code Double}, {@code String}, {@code List}, {@code Map} with text keys, {@link Fields} and {@link Function}.
 */
final class Values {
    static final Object NONE = new Object();
    static final Object UNDEFINED = new Object();

    private Values() {}

    /** What {@code namespace()} makes and what {@code loop} is: a bag of attributes. */
    record Fields(Map<String, Object> values) {}

    /** Something that can be called. */
    @FunctionalInterface
    interface Function {
        Object call(List<Object> arguments, Map<String, Object> named);
    }

    static boolean isTrue(Object value) {
        return switch (value) {
            case Boolean b -> b;
            case Long number -> number != 0;
            case Double number -> number != 0;
            case String text -> !text.isEmpty();
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            default -> value != NONE && value != UNDEFINED;
        };
    }

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    static double real(Object value) {
        return switch (value) {
            case Double number -> number;
            case Long number -> number;
            case Boolean b -> b ? 1 : 0;
            default -> throw new JinjaException("expected a number, not " + type(value));
        };
    }

    static long integer(Object value) {
        return switch (value) {
            case Long number -> number;
            case Boolean b -> b ? 1 : 0;
            default -> throw new JinjaException("expected a whole number, not " + type(value));
        };
    }

    static int index(Object value) {
        return (int) Math.clamp(integer(value), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    static String string(Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw new JinjaException("expected a text, not " + type(value));
    }

    static List<?> list(Object value) {
        return switch (value) {
            case List<?> list -> list;
            case Map<?, ?> map -> List.copyOf(map.keySet());
            case String text -> text.codePoints().mapToObj(Character::toString).toList();
            default -> {
                if (value == UNDEFINED) {
                    yield List.of();
                }
                throw new JinjaException("expected a list, not " + type(value));
            }
        };
    }

    static boolean same(Object a, Object b, Budget budget) {
        budget.spend(1);
        if (isNumber(a) && isNumber(b)) {
            return real(a) == real(b);
        }
        if (a instanceof List<?> x && b instanceof List<?> y) {
            if (x.size() != y.size()) {
                return false;
            }
            budget.enter();
            boolean same = true;
            for (int i = 0; same && i < x.size(); i++) {
                same = same(x.get(i), y.get(i), budget);
            }
            budget.leave();
            return same;
        }
        return a == b || !(a instanceof Map) && !(a instanceof List) && a.equals(b);
    }

    /** Order of two numbers or two texts. */
    static int compare(Object a, Object b) {
        if (isNumber(a) && isNumber(b)) {
            return Double.compare(real(a), real(b));
        }
        if (a instanceof String x && b instanceof String y) {
            return x.compareTo(y);
        }
        throw new JinjaException("cannot order " + type(a) + " and " + type(b));
    }

    /** As Python's {@code str}. */
    static String text(Object value, Budget budget) {
        return value instanceof String text ? text : shown(value, budget);
    }

    private static String shown(Object value, Budget budget) {
        budget.enter();
        String shown = switch (value) {
            case String text ->
                "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'";
            case Boolean b -> b ? "True" : "False";
            case Long number -> number.toString();
            case Double number -> real(number);
            case List<?> list -> {
                StringBuilder items = new StringBuilder("[");
                for (Object item : list) {
                    items.append(items.length() == 1 ? "" : ", ").append(shown(item, budget));
                }
                yield items.append(']').toString();
            }
            case Map<?, ?> map -> {
                StringBuilder entries = new StringBuilder("{");
                map.forEach((key, item) -> entries.append(entries.length() == 1 ? "" : ", ")
                        .append(shown(key, budget))
                        .append(": ")
                        .append(shown(item, budget)));
                yield entries.append('}').toString();
            }
            default -> value == NONE ? "None" : value == UNDEFINED ? "" : "<" + type(value) + ">";
        };
        budget.leave();
        budget.spendText(shown.length());
        return shown;
    }

    private static String real(Double number) {
        if (number == Math.rint(number) && Math.abs(number) < 1e16) {
            return BigDecimal.valueOf(number).setScale(1).toPlainString();
        }
        return number.toString();
    }

    static String type(Object value) {
        return switch (value) {
            case String text -> "a text";
            case Boolean b -> "a truth value";
            case Long number -> "a whole number";
            case Double number -> "a number";
            case List<?> list -> "a list";
            case Map<?, ?> map -> "a mapping";
            case Function function -> "a function";
            default -> value == NONE ? "none" : value == UNDEFINED ? "something undefined" : "an object";
        };
    }

    /** Python's {@code json.dumps} without escapes beyond ASCII. */
    static String json(Object value, int indent, int depth, Budget budget) {
        budget.enter();
        String inner = indent < 0 ? "" : "\n" + " ".repeat(indent * (depth + 1));
        String outer = indent < 0 ? "" : "\n" + " ".repeat(indent * depth);
        String comma = indent < 0 ? ", " : ",";
        String json = switch (value) {
            case String text -> quoted(text);
            case Boolean b -> b.toString();
            case Long number -> number.toString();
            case Double number -> real(number);
            case List<?> list -> {
                StringBuilder items = new StringBuilder("[");
                for (Object item : list) {
                    items.append(items.length() == 1 ? "" : comma)
                            .append(inner)
                            .append(json(item, indent, depth + 1, budget));
                }
                yield items.append(list.isEmpty() ? "" : outer).append(']').toString();
            }
            case Map<?, ?> map -> {
                StringBuilder entries = new StringBuilder("{");
                map.forEach((key, item) -> entries.append(entries.length() == 1 ? "" : comma)
                        .append(inner)
                        .append(quoted(text(key, budget)))
                        .append(": ")
                        .append(json(item, indent, depth + 1, budget)));
                yield entries.append(map.isEmpty() ? "" : outer).append('}').toString();
            }
            default -> {
                if (value == NONE) {
                    yield "null";
                }
                throw new JinjaException("no JSON can hold " + type(value));
            }
        };
        budget.leave();
        budget.spendText(json.length());
        return json;
    }

    private static String quoted(String text) {
        try {
            return Json.mapper().writeValueAsString(text);
        } catch (JsonProcessingException e) {
            throw new JinjaException("no JSON can hold this text");
        }
    }

    /** A value from outside as templates see it. */
    static Object of(Object value) {
        return switch (value) {
            case Integer number -> number.longValue();
            case List<?> list -> list.stream().map(Values::of).toList();
            case Map<?, ?> map -> {
                Map<String, Object> copy = new LinkedHashMap<>();
                map.forEach((key, item) -> copy.put(key.toString(), of(item)));
                yield copy;
            }
            default -> value;
        };
    }
}
