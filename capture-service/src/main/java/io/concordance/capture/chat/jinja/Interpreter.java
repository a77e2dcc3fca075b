package io.concordance.capture.chat.jinja;

import io.concordance.capture.chat.jinja.Values.Fields;
import io.concordance.capture.chat.jinja.Values.Function;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Carries out a template once. */
final class Interpreter {
    private final Budget budget;
    private final Evaluator evaluator;
    private Scope scope;
    private StringBuilder out = new StringBuilder();

    /** Names and what they stand for; a name that is set hides one of the scopes outside. */
    static final class Scope {
        private final @Nullable Scope outer;
        private final Map<String, Object> values = new HashMap<>();

        Scope(@Nullable Scope outer) {
            this.outer = outer;
        }

        Object get(String name) {
            for (Scope at = this; at != null; at = at.outer) {
                Object value = at.values.get(name);
                if (value != null) {
                    return value;
                }
            }
            return Values.UNDEFINED;
        }

        void set(String name, Object value) {
            values.put(name, value);
        }
    }

    private enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    private Interpreter(Budget budget, Scope globals) {
        this.budget = budget;
        this.scope = globals;
        this.evaluator = new Evaluator(budget, name -> scope.get(name));
    }

    static String run(List<Statement> template, Map<String, Object> values, Budget budget) {
        Scope globals = new Scope(null);
        Globals.all(budget).forEach(globals::set);
        values.forEach((name, value) -> globals.set(name, Values.of(value)));
        Interpreter interpreter = new Interpreter(budget, globals);
        interpreter.run(template);
        return interpreter.out.toString();
    }

    private Flow run(List<Statement> statements) {
        for (Statement statement : statements) {
            budget.spend(1);
            Flow flow = run(statement);
            if (flow != Flow.ON) {
                return flow;
            }
        }
        return Flow.ON;
    }

    private Flow run(Statement statement) {
        switch (statement) {
            case Statement.Text text -> write(text.text());
            case Statement.Output output -> write(Values.text(evaluator.value(output.value()), budget));
            case Statement.If choice -> {
                for (Map.Entry<Expression, List<Statement>> branch : choice.branches()) {
                    if (Values.isTrue(evaluator.value(branch.getKey()))) {
                        return run(branch.getValue());
                    }
                }
                return run(choice.otherwise());
            }
            case Statement.For loop -> loop(loop);
            case Statement.Assign assign -> assign(assign.targets(), evaluator.value(assign.value()));
            case Statement.AssignAttribute assign -> {
                if (!(scope.get(assign.namespace()) instanceof Fields fields)) {
                    throw new JinjaException("'" + assign.namespace() + "' is no namespace");
                }
                fields.values().put(assign.attribute(), evaluator.value(assign.value()));
            }
            case Statement.Capture capture -> scope.set(capture.target(), captured(capture.body(), new Scope(scope)));
            case Statement.Macro macro -> scope.set(macro.name(), function(macro, scope));
            case Statement.Marked marked -> {
                return run(marked.body());
            }
            case Statement.Break b -> {
                return Flow.BREAK;
            }
            case Statement.Continue c -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.ON;
    }

    private void write(String text) {
        budget.requireRoom((long) out.length() + text.length());
        budget.spend(text.length() / 64);
        out.append(text);
    }

    private void assign(List<String> targets, Object value) {
        if (targets.size() == 1) {
            scope.set(targets.getFirst(), value);
            return;
        }
        List<?> parts = Values.list(value);
        if (parts.size() != targets.size()) {
            throw new JinjaException(parts.size() + " values for " + targets.size() + " names");
        }
        for (int i = 0; i < parts.size(); i++) {
            scope.set(targets.get(i), parts.get(i));
        }
    }

    private void loop(Statement.For loop) {
        Scope outside = scope;
        List<Object> items = new ArrayList<>();
        for (Object item : Values.list(evaluator.value(loop.items()))) {
            budget.spend(1);
            scope = new Scope(outside);
            assign(loop.targets(), item);
            if (loop.condition() == null || Values.isTrue(evaluator.value(loop.condition()))) {
                items.add(item);
            }
        }
        // As in Jinja, a round that ends in break or continue does not keep the else part away.
        boolean none = true;
        for (int i = 0; i < items.size(); i++) {
            budget.spend(1);
            scope = new Scope(outside);
            assign(loop.targets(), items.get(i));
            scope.set("loop", new Fields(place(items, i)));
            Flow flow = run(loop.body());
            none &= flow != Flow.ON;
            if (flow == Flow.BREAK) {
                break;
            }
        }
        scope = outside;
        if (none) {
            run(loop.otherwise());
        }
    }

    private static Map<String, Object> place(List<Object> items, int i) {
        Map<String, Object> place = new HashMap<>();
        long length = items.size();
        place.put("index", i + 1L);
        place.put("index0", (long) i);
        place.put("revindex", length - i);
        place.put("revindex0", length - i - 1);
        place.put("first", i == 0);
        place.put("last", i == items.size() - 1);
        place.put("length", length);
        if (i > 0) {
            place.put("previtem", items.get(i - 1));
        }
        if (i < items.size() - 1) {
            place.put("nextitem", items.get(i + 1));
        }
        return place;
    }

    private Function function(Statement.Macro macro, Scope defined) {
        return (arguments, named) -> {
            budget.enter();
            Scope inside = new Scope(defined);
            for (int i = 0; i < macro.parameters().size(); i++) {
                String parameter = macro.parameters().get(i);
                Expression ifAbsent = macro.defaults().get(parameter);
                Object value = i < arguments.size() ? arguments.get(i) : named.get(parameter);
                if (value == null) {
                    value = ifAbsent == null ? Values.UNDEFINED : evaluator.value(ifAbsent);
                }
                inside.set(parameter, value);
            }
            String text = captured(macro.body(), inside);
            budget.leave();
            return text;
        };
    }

    private String captured(List<Statement> body, Scope inside) {
        StringBuilder before = out;
        Scope outside = scope;
        out = new StringBuilder();
        scope = inside;
        run(body);
        String text = out.toString();
        out = before;
        scope = outside;
        return text;
    }
}
