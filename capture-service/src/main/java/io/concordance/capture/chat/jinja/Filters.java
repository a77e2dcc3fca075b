package io.concordance.capture.chat.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What may stand behind {@code |}. */
final class Filters {
    private final Budget budget;

    Filters(Budget budget) {
        this.budget = budget;
    }

    Object apply(String name, Object value, List<Object> arguments, Map<String, Object> named) {
        return switch (name) {
            case "trim" -> {
                Object characters = argument(arguments, named, 0, "chars");
                yield Methods.stripped(
                        budget.text(Values.text(value, budget)),
                        characters == null ? null : Values.string(characters),
                        true,
                        true);
            }
            case "upper" -> budget.text(Values.text(value, budget)).toUpperCase(Locale.ROOT);
            case "lower" -> budget.text(Values.text(value, budget)).toLowerCase(Locale.ROOT);
            case "capitalize" -> Methods.capitalised(budget.text(Values.text(value, budget)));
            case "title" -> Methods.title(budget.text(Values.text(value, budget)));
            case "string", "safe" -> budget.text(Values.text(value, budget));
            case "replace" ->
                Methods.replaced(
                        Values.text(value, budget),
                        Values.string(needed(name, arguments, 0)),
                        Values.string(needed(name, arguments, 1)),
                        -1,
                        budget);
            case "tojson" -> {
                Object indent = argument(arguments, named, 0, "indent");
                yield budget.text(Values.json(
                        value,
                        indent == null || indent == Values.NONE ? -1 : Math.clamp(Values.integer(indent), 0, 16),
                        0,
                        budget));
            }
            case "length", "count" -> length(value);
            case "default", "d" -> {
                boolean falsy = Values.isTrue(argument(arguments, named, 1, "boolean", false));
                boolean absent = value == Values.UNDEFINED || falsy && !Values.isTrue(value);
                yield absent ? argument(arguments, named, 0, "default_value", "") : value;
            }
            case "int" -> whole(value);
            case "float" -> value instanceof String text ? parsed(text) : (Object) Values.real(value);
            case "abs" ->
                value instanceof Double number ? (Object) Math.abs(number) : (Object) Math.abs(Values.integer(value));
            case "indent" -> indented(Values.text(value, budget), argument(arguments, named, 0, "width", 4L));
            default -> ofList(name, value, arguments, named);
        };
    }

    private Object ofList(String name, Object value, List<Object> arguments, Map<String, Object> named) {
        List<?> items = value instanceof Map<?, ?> map && (name.equals("items") || name.equals("dictsort"))
                ? Methods.items(map, budget)
                : Values.list(value);
        budget.spend(items.size());
        return switch (name) {
            case "list", "items" -> new ArrayList<Object>(items);
            case "first" -> items.isEmpty() ? Values.UNDEFINED : items.getFirst();
            case "last" -> items.isEmpty() ? Values.UNDEFINED : items.getLast();
            case "reverse" ->
                value instanceof String text
                        ? new StringBuilder(text).reverse().toString()
                        : new ArrayList<Object>(items.reversed());
            case "join" ->
                Methods.joined(
                        Values.text(argument(arguments, named, 0, "d", ""), budget), attributes(items, named), budget);
            case "map" -> mapped(items, arguments, named);
            case "select" -> kept(items, item -> tested(item, arguments, 0));
            case "reject" -> kept(items, item -> !tested(item, arguments, 0));
            case "selectattr" -> kept(items, item -> tested(field(item, needed(name, arguments, 0)), arguments, 1));
            case "rejectattr" -> kept(items, item -> !tested(field(item, needed(name, arguments, 0)), arguments, 1));
            case "unique" -> {
                List<Object> unique = new ArrayList<>();
                for (Object item : items) {
                    budget.spend(unique.size());
                    if (unique.stream().noneMatch(other -> Values.same(other, item, budget))) {
                        unique.add(item);
                    }
                }
                yield unique;
            }
            case "sort" ->
                items.stream().map(Object.class::cast).sorted(Values::compare).toList();
            case "dictsort" ->
                items.stream()
                        .map(Object.class::cast)
                        .sorted(Comparator.comparing(
                                item -> Values.text(Values.list(item).getFirst(), budget)))
                        .toList();
            case "min" ->
                items.stream().map(Object.class::cast).min(Values::compare).orElse(Values.UNDEFINED);
            case "max" ->
                items.stream().map(Object.class::cast).max(Values::compare).orElse(Values.UNDEFINED);
            default -> throw new JinjaException("the filter '" + name + "' is not known");
        };
    }

    private Object length(Object value) {
        return switch (value) {
            case String text -> (long) text.codePointCount(0, text.length());
            case Map<?, ?> map -> (long) map.size();
            default -> (long) Values.list(value).size();
        };
    }

    private static Object whole(Object value) {
        return switch (value) {
            case Long number -> number;
            case String text -> parsed(text).longValue();
            default -> (long) Values.real(value);
        };
    }

    private static Double parsed(String text) {
        try {
            return Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            return 0.0;
        }
    }

    private String indented(String text, Object width) {
        String margin = width instanceof String given ? given : " ".repeat(Math.clamp(Values.integer(width), 0, 64));
        return Methods.replaced(text, "\n", "\n" + margin, -1, budget);
    }

    private List<Object> attributes(List<?> items, Map<String, Object> named) {
        Object attribute = named.get("attribute");
        List<Object> values = new ArrayList<>();
        items.forEach(item -> values.add(attribute == null ? item : field(item, attribute)));
        return values;
    }

    private List<Object> mapped(List<?> items, List<Object> arguments, Map<String, Object> named) {
        if (named.containsKey("attribute")) {
            return attributes(items, named);
        }
        String filter = Values.string(needed("map", arguments, 0));
        List<Object> rest = arguments.subList(1, arguments.size());
        List<Object> values = new ArrayList<>();
        items.forEach(item -> values.add(apply(filter, item, rest, named)));
        return values;
    }

    private static List<Object> kept(List<?> items, Predicate<Object> test) {
        return items.stream().map(Object.class::cast).filter(test).toList();
    }

    private boolean tested(Object value, List<Object> arguments, int from) {
        return arguments.size() <= from
                ? Values.isTrue(value)
                : Tests.holds(
                        Values.string(arguments.get(from)),
                        value,
                        arguments.subList(from + 1, arguments.size()),
                        budget);
    }

    private static Object field(Object item, Object name) {
        Object found = item instanceof Map<?, ?> map && name instanceof String ? map.get(name) : null;
        return found == null ? Values.UNDEFINED : found;
    }

    private static Object needed(String filter, List<Object> arguments, int i) {
        if (i >= arguments.size()) {
            throw new JinjaException("the filter '" + filter + "' needs more arguments");
        }
        return arguments.get(i);
    }

    private static Object argument(
            List<Object> arguments, Map<String, Object> named, int i, String name, Object ifAbsent) {
        Object given = argument(arguments, named, i, name);
        return given == null ? ifAbsent : given;
    }

    private static @Nullable Object argument(List<Object> arguments, Map<String, Object> named, int i, String name) {
        return i < arguments.size() ? arguments.get(i) : named.get(name);
    }
}
