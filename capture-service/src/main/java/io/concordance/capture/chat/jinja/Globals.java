package io.concordance.capture.chat.jinja;

import io.concordance.capture.chat.jinja.Values.Fields;
import io.concordance.capture.chat.jinja.Values.Function;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Functions that every template has. There is no clock: a rendering depends on the template and its values only, and
 * templates that ask whether {@code strftime_now} is defined have a date of their own.
 */
final class Globals {
    private static final int LONGEST_RANGE = 100_000;

    private Globals() {}

    static Map<String, Object> all(Budget budget) {
        Function raise = (arguments, named) -> {
            throw new JinjaException(
                    "raises: " + (arguments.isEmpty() ? "" : Values.text(arguments.getFirst(), budget)));
        };
        Function namespace = (arguments, named) -> {
            Map<String, Object> values = new LinkedHashMap<>();
            if (!arguments.isEmpty() && arguments.getFirst() instanceof Map<?, ?> map) {
                map.forEach((key, value) -> values.put(Values.text(key, budget), value));
            }
            values.putAll(named);
            return new Fields(values);
        };
        Function dict = (arguments, named) -> new LinkedHashMap<>(named);
        Function range = (arguments, named) -> range(arguments, budget);
        return Map.of("raise_exception", raise, "namespace", namespace, "dict", dict, "range", range);
    }

    private static List<Object> range(List<Object> arguments, Budget budget) {
        if (arguments.isEmpty() || arguments.size() > 3) {
            throw new JinjaException("range takes one to three numbers");
        }
        long from = arguments.size() == 1 ? 0 : Values.index(arguments.get(0));
        long to = Values.index(arguments.get(arguments.size() == 1 ? 0 : 1));
        long step = arguments.size() < 3 ? 1 : Values.index(arguments.get(2));
        if (step == 0 || (to - from) / step > LONGEST_RANGE) {
            throw new JinjaException("a range of more than " + LONGEST_RANGE + " numbers");
        }
        List<Object> numbers = new ArrayList<>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            numbers.add(i);
        }
        budget.spend(numbers.size());
        return numbers;
    }
}
