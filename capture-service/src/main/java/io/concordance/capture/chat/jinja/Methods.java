package io.concordance.capture.chat.jinja;

import io.concordance.capture.chat.jinja.Values.Function;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's methods of texts and mappings, as far as they change nothing. */
final class Methods {
    private Methods() {}

    /** The method of a value; null when it has none of that name. */
    static @Nullable Function of(Object value, String name, Budget budget) {
        return switch (value) {
            case String text -> ofText(text, name, budget);
            case Map<?, ?> map -> ofMapping(map, name, budget);
            default -> null;
        };
    }

    private static @Nullable Function ofMapping(Map<?, ?> map, String name, Budget budget) {
        return switch (name) {
            case "get" ->
                (arguments, named) -> {
                    Object found = map.get(Values.string(argument(name, arguments, 0)));
                    return found != null ? found : arguments.size() > 1 ? arguments.get(1) : Values.NONE;
                };
            case "items" -> (arguments, named) -> items(map, budget);
            case "keys" -> (arguments, named) -> List.copyOf(map.keySet());
            case "values" -> (arguments, named) -> List.copyOf(map.values());
            default -> null;
        };
    }

    static List<Object> items(Map<?, ?> map, Budget budget) {
        budget.spend(map.size());
        List<Object> items = new ArrayList<>();
        map.forEach((key, value) -> items.add(List.of(key, value)));
        return items;
    }

    private static @Nullable Function ofText(String text, String name, Budget budget) {
        return switch (name) {
            case "strip" -> (a, n) -> stripped(budget.text(text), characters(a), true, true);
            case "lstrip" -> (a, n) -> stripped(budget.text(text), characters(a), true, false);
            case "rstrip" -> (a, n) -> stripped(budget.text(text), characters(a), false, true);
            case "lower" -> (a, n) -> budget.text(text).toLowerCase(Locale.ROOT);
            case "upper" -> (a, n) -> budget.text(text).toUpperCase(Locale.ROOT);
            case "capitalize" -> (a, n) -> capitalised(budget.text(text));
            case "title" -> (a, n) -> title(budget.text(text));
            case "startswith" -> (a, n) -> any(argument(name, a, 0), text::startsWith);
            case "endswith" -> (a, n) -> any(argument(name, a, 0), text::endsWith);
            case "split" -> (a, n) -> split(text, a, budget);
            case "splitlines" ->
                (a, n) -> List.<Object>copyOf(budget.text(text).lines().toList());
            case "replace" ->
                (a, n) -> replaced(
                        text,
                        Values.string(argument(name, a, 0)),
                        Values.string(argument(name, a, 1)),
                        a.size() > 2 ? Values.index(a.get(2)) : -1,
                        budget);
            case "find" -> (a, n) -> (long) budget.text(text).indexOf(Values.string(argument(name, a, 0)));
            case "rfind" -> (a, n) -> (long) budget.text(text).lastIndexOf(Values.string(argument(name, a, 0)));
            case "count" ->
                (a, n) -> (long) split(text, List.of(argument(name, a, 0)), budget)
                                .size()
                        - 1;
            case "join" -> (a, n) -> joined(text, Values.list(argument(name, a, 0)), budget);
            case "isdigit" -> (a, n) -> !text.isEmpty() && text.codePoints().allMatch(Character::isDigit);
            default -> null;
        };
    }

    static String joined(String separator, List<?> items, Budget budget) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < items.size(); i++) {
            String item = Values.text(items.get(i), budget);
            budget.spendText((long) separator.length() + item.length());
            budget.requireRoom((long) all.length() + separator.length() + item.length());
            all.append(i == 0 ? "" : separator).append(item);
        }
        return all.toString();
    }

    private static boolean any(Object affixes, java.util.function.Predicate<String> test) {
        return affixes instanceof List<?> several
                ? several.stream().anyMatch(affix -> test.test(Values.string(affix)))
                : test.test(Values.string(affixes));
    }

    private static @Nullable String characters(List<Object> arguments) {
        return arguments.isEmpty() || arguments.getFirst() == Values.NONE ? null : Values.string(arguments.getFirst());
    }

    /** @param characters what is stripped; white space when null */
    static String stripped(String text, @Nullable String characters, boolean left, boolean right) {
        int from = 0;
        int to = text.length();
        while (left && from < to && strips(text.charAt(from), characters)) {
            from++;
        }
        while (right && to > from && strips(text.charAt(to - 1), characters)) {
            to--;
        }
        return text.substring(from, to);
    }

    private static boolean strips(char c, @Nullable String characters) {
        return characters == null ? Character.isWhitespace(c) || c == '\u00a0' : characters.indexOf(c) >= 0;
    }

    static String replaced(String text, String old, String fresh, int most, Budget budget) {
        if (old.isEmpty()) {
            throw new JinjaException("nothing to replace");
        }
        budget.spendText(text.length());
        StringBuilder all = new StringBuilder();
        int from = 0;
        int count = 0;
        for (int at = text.indexOf(old); at >= 0 && count != most; at = text.indexOf(old, from)) {
            budget.spendText((long) at - from + fresh.length());
            budget.requireRoom((long) all.length() + at - from + fresh.length());
            all.append(text, from, at).append(fresh);
            from = at + old.length();
            count++;
        }
        return all.append(text, from, text.length()).toString();
    }

    private static List<Object> split(String text, List<Object> arguments, Budget budget) {
        budget.spendText(text.length());
        String separator = characters(arguments);
        List<Object> parts = new ArrayList<>();
        if (separator == null) {
            for (String word : text.strip().split("\\s+")) {
                budget.spend(1);
                if (!word.isEmpty()) {
                    parts.add(word);
                }
            }
            return parts;
        }
        if (separator.isEmpty()) {
            throw new JinjaException("split by nothing");
        }
        int most = arguments.size() > 1 ? Values.index(arguments.get(1)) : -1;
        int from = 0;
        for (int at = text.indexOf(separator); at >= 0 && parts.size() != most; at = text.indexOf(separator, from)) {
            budget.spend(1);
            parts.add(text.substring(from, at));
            from = at + separator.length();
        }
        parts.add(text.substring(from));
        return parts;
    }

    static String capitalised(String text) {
        return text.isEmpty()
                ? text
                : text.substring(0, 1).toUpperCase(Locale.ROOT)
                        + text.substring(1).toLowerCase(Locale.ROOT);
    }

    static String title(String text) {
        StringBuilder title = new StringBuilder();
        boolean inside = false;
        for (char c : text.toCharArray()) {
            title.append(inside ? Character.toLowerCase(c) : Character.toUpperCase(c));
            inside = Character.isLetter(c);
        }
        return title.toString();
    }

    private static Object argument(String method, List<Object> arguments, int i) {
        if (i >= arguments.size()) {
            throw new JinjaException("'" + method + "' needs more arguments");
        }
        return arguments.get(i);
    }
}
