package io.concordance.capture.chat.jinja;

import io.concordance.capture.chat.jinja.Values.Function;
import java.util.List;
import java.util.Map;

/** What may stand behind {@code is}. */
final class Tests {
    private Tests() {}

    static boolean holds(String name, Object value, List<Object> arguments, Budget budget) {
        return switch (name) {
            case "defined" -> value != Values.UNDEFINED;
            case "undefined" -> value == Values.UNDEFINED;
            case "none" -> value == Values.NONE;
            case "string" -> value instanceof String;
            case "number" -> Values.isNumber(value);
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "boolean" -> value instanceof Boolean;
            case "true" -> value.equals(true);
            case "false" -> value.equals(false);
            case "mapping" -> value instanceof Map;
            case "sequence", "iterable" ->
                value instanceof List || value instanceof Map || value instanceof String || value == Values.UNDEFINED;
            case "callable" -> value instanceof Function;
            case "odd" -> Math.floorMod(Values.integer(value), 2L) == 1;
            case "even" -> Math.floorMod(Values.integer(value), 2L) == 0;
            case "divisibleby" -> Math.floorMod(Values.integer(value), Values.integer(only(name, arguments))) == 0;
            case "equalto", "eq", "sameas" -> Values.same(value, only(name, arguments), budget);
            case "ne" -> !Values.same(value, only(name, arguments), budget);
            case "in" -> Values.list(only(name, arguments)).stream().anyMatch(item -> Values.same(item, value, budget));
            case "lower" -> Values.string(value).equals(Values.string(value).toLowerCase(java.util.Locale.ROOT));
            case "upper" -> Values.string(value).equals(Values.string(value).toUpperCase(java.util.Locale.ROOT));
            default -> throw new JinjaException("the test '" + name + "' is not known");
        };
    }

    private static Object only(String name, List<Object> arguments) {
        if (arguments.size() != 1) {
            throw new JinjaException("the test '" + name + "' takes one value");
        }
        return arguments.getFirst();
    }
}
