package io.concordance.capture.chat.jinja;

import io.concordance.capture.chat.jinja.Values.Fields;
import io.concordance.capture.chat.jinja.Values.Function;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Computes expressions. */
final class Evaluator {
    private final Budget budget;
    private final java.util.function.Function<String, Object> names;
    private final Filters filters;

    Evaluator(Budget budget, java.util.function.Function<String, Object> names) {
        this.budget = budget;
        this.names = names;
        this.filters = new Filters(budget);
    }

    Object value(Expression expression) {
        budget.spend(1);
        return switch (expression) {
            case Expression.Literal literal -> literal.value();
            case Expression.Name name -> names.apply(name.name());
            case Expression.Sequence sequence -> values(sequence.items());
            case Expression.Mapping mapping -> {
                Map<String, Object> map = new LinkedHashMap<>();
                mapping.entries().forEach(e -> map.put(Values.text(value(e.getKey()), budget), value(e.getValue())));
                yield map;
            }
            case Expression.Unary unary -> unary(unary.operator(), value(unary.operand()));
            case Expression.Binary binary -> binary(binary);
            case Expression.Comparison comparison -> comparison(comparison);
            case Expression.Conditional conditional -> {
                if (Values.isTrue(value(conditional.test()))) {
                    yield value(conditional.then());
                }
                yield conditional.otherwise() == null ? Values.UNDEFINED : value(conditional.otherwise());
            }
            case Expression.Attribute attribute -> attribute(value(attribute.of()), attribute.name());
            case Expression.Subscript subscript -> item(value(subscript.of()), value(subscript.index()));
            case Expression.Slice slice ->
                slice(value(slice.of()), bound(slice.from()), bound(slice.to()), bound(slice.step()));
            case Expression.Call call -> {
                if (!(value(call.callee()) instanceof Function function)) {
                    throw new JinjaException(described(call.callee()) + " cannot be called");
                }
                yield function.call(
                        values(call.arguments().positional()),
                        named(call.arguments().named()));
            }
            case Expression.Filter filter ->
                filters.apply(
                        filter.name(),
                        value(filter.of()),
                        values(filter.arguments().positional()),
                        named(filter.arguments().named()));
            case Expression.Test test ->
                test.negated()
                        != Tests.holds(
                                test.name(),
                                value(test.of()),
                                values(test.arguments().positional()),
                                budget);
        };
    }

    private static String described(Expression callee) {
        return switch (callee) {
            case Expression.Name name -> "'" + name.name() + "'";
            case Expression.Attribute attribute -> "'." + attribute.name() + "'";
            default -> "this";
        };
    }

    private List<Object> values(List<Expression> expressions) {
        List<Object> values = new ArrayList<>();
        expressions.forEach(e -> values.add(value(e)));
        return values;
    }

    private Map<String, Object> named(Map<String, Expression> expressions) {
        Map<String, Object> values = new LinkedHashMap<>();
        expressions.forEach((name, e) -> values.put(name, value(e)));
        return values;
    }

    private @Nullable Integer bound(@Nullable Expression expression) {
        Object value = expression == null ? Values.NONE : value(expression);
        return value == Values.NONE ? null : Values.index(value);
    }

    private static Object unary(String operator, Object value) {
        if (operator.equals("not")) {
            return !Values.isTrue(value);
        }
        if (operator.equals("+")) {
            return value;
        }
        return value instanceof Double number ? (Object) (-number) : (Object) Math.negateExact(Values.integer(value));
    }

    private Object binary(Expression.Binary binary) {
        Object left = value(binary.left());
        switch (binary.operator()) {
            case "and" -> {
                return Values.isTrue(left) ? value(binary.right()) : left;
            }
            case "or" -> {
                return Values.isTrue(left) ? left : value(binary.right());
            }
            default -> {}
        }
        Object right = value(binary.right());
        return switch (binary.operator()) {
            case "~" -> joined(Values.text(left, budget), Values.text(right, budget));
            case "+" -> sum(left, right);
            case "*" ->
                left instanceof String || right instanceof String ? repeated(left, right) : product(left, right);
            default -> arithmetic(binary.operator(), left, right);
        };
    }

    private String joined(String a, String b) {
        budget.spendText((long) a.length() + b.length());
        return a + b;
    }

    private String repeated(Object left, Object right) {
        String text = Values.string(left instanceof String ? left : right);
        int times = Math.max(0, Values.index(left instanceof String ? right : left));
        budget.spendText((long) text.length() * times);
        return text.repeat(times);
    }

    private Object sum(Object left, Object right) {
        if (left instanceof String a && right instanceof String b) {
            return joined(a, b);
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            budget.spend((long) a.size() + b.size());
            List<Object> all = new ArrayList<>(a);
            all.addAll(b);
            return all;
        }
        return arithmetic("+", left, right);
    }

    private static Object product(Object left, Object right) {
        return arithmetic("*", left, right);
    }

    private static Object arithmetic(String operator, Object left, Object right) {
        if (!Values.isNumber(left) || !Values.isNumber(right)) {
            throw new JinjaException(Values.type(left) + " " + operator + " " + Values.type(right) + " means nothing");
        }
        try {
            boolean whole = !(left instanceof Double) && !(right instanceof Double) && !operator.equals("/");
            return whole ? whole(operator, Values.integer(left), Values.integer(right)) : real(operator, left, right);
        } catch (ArithmeticException e) {
            throw new JinjaException("arithmetic that overflows or divides by zero");
        }
    }

    private static Object whole(String operator, long a, long b) {
        return switch (operator) {
            case "+" -> Math.addExact(a, b);
            case "-" -> Math.subtractExact(a, b);
            case "*" -> Math.multiplyExact(a, b);
            case "//" -> Math.floorDiv(a, b);
            case "%" -> Math.floorMod(a, b);
            default -> (long) Math.pow(a, b);
        };
    }

    private static Object real(String operator, Object left, Object right) {
        double a = Values.real(left);
        double b = Values.real(right);
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> Math.floor(a / b);
            case "%" -> a - b * Math.floor(a / b);
            default -> Math.pow(a, b);
        };
    }

    private boolean comparison(Expression.Comparison comparison) {
        Object left = value(comparison.first());
        for (Map.Entry<String, Expression> other : comparison.others()) {
            Object right = value(other.getValue());
            boolean holds = switch (other.getKey()) {
                case "==" -> Values.same(left, right, budget);
                case "!=" -> !Values.same(left, right, budget);
                case "<" -> Values.compare(left, right) < 0;
                case "<=" -> Values.compare(left, right) <= 0;
                case ">" -> Values.compare(left, right) > 0;
                case ">=" -> Values.compare(left, right) >= 0;
                case "in" -> contains(right, left);
                default -> !contains(right, left);
            };
            if (!holds) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private boolean contains(Object container, Object item) {
        return switch (container) {
            case String text -> {
                budget.spend(text.length() / 64);
                yield text.contains(Values.string(item));
            }
            case Map<?, ?> map -> item instanceof String && map.containsKey(item);
            default -> {
                List<?> items = Values.list(container);
                budget.spend(items.size());
                yield items.stream().anyMatch(i -> Values.same(i, item, budget));
            }
        };
    }

    private Object attribute(Object of, String name) {
        if (of == Values.UNDEFINED) {
            throw new JinjaException("'" + name + "' of something undefined");
        }
        Function method = Methods.of(of, name, budget);
        return method == null ? item(of, name) : method;
    }

    private Object item(Object of, Object index) {
        if (of == Values.UNDEFINED) {
            throw new JinjaException("'" + Values.text(index, budget) + "' of something undefined");
        }
        Object found = switch (of) {
            case Map<?, ?> map when index instanceof String -> map.get(index);
            case Fields fields -> fields.values().get(Values.text(index, budget));
            case List<?> list when index instanceof Long i -> at(list, i);
            case String text
            when index instanceof Long i -> {
                budget.spend(text.length() / 64);
                yield at(Values.list(text), i);
            }
            default -> null;
        };
        return found == null ? Values.UNDEFINED : found;
    }

    private static @Nullable Object at(List<?> list, long index) {
        long place = index < 0 ? index + list.size() : index;
        return place < 0 || place >= list.size() ? null : list.get((int) place);
    }

    /** Python's slices, negative steps included. */
    private Object slice(Object of, @Nullable Integer from, @Nullable Integer to, @Nullable Integer by) {
        List<?> items = Values.list(of);
        budget.spend(items.size());
        int step = by == null ? 1 : by;
        if (step == 0) {
            throw new JinjaException("a slice with step 0");
        }
        int size = items.size();
        int low = step > 0 ? 0 : -1;
        int high = step > 0 ? size : size - 1;
        UnaryOperator<Integer> clamped = bound -> Math.clamp((long) bound + (bound < 0 ? size : 0), low, high);
        int start = from == null ? (step > 0 ? low : high) : clamped.apply(from);
        int end = to == null ? (step > 0 ? high : low) : clamped.apply(to);
        List<Object> taken = new ArrayList<>();
        for (long i = start; step > 0 ? i < end : i > end; i += step) {
            taken.add(items.get((int) i));
        }
        return of instanceof String
                ? String.join(
                        "",
                        taken.stream().map(item -> Values.text(item, budget)).toList())
                : taken;
    }
}
