package io.concordance.kit.problem;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.concordance.contracts.problem.FieldProblem;
import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says in the caller's words what Jackson found wrong with a request body. */
final class JsonProblems {
    private static final Pattern GIVEN = Pattern.compile(
            "^Cannot coerce \\S+ value \\(\"?(?<value>.*?)\"?\\) to|from (?<kind>Object|Array|String|Integer) value",
            Pattern.DOTALL);
    private static final Map<String, String> KINDS =
            Map.of("Object", "an object", "Array", "a list", "String", "a string", "Integer", "an integer");

    private JsonProblems() {}

    static Problem of(JacksonException failure) {
        if (failure instanceof JsonMappingException mapping) {
            FieldProblem refusal = refusalInside(mapping);
            if (refusal != null) {
                String path = path(mapping);
                return of(path.isEmpty() ? refusal : refusal.inside(path));
            }
        }
        return switch (failure) {
            case UnrecognizedPropertyException unknown ->
                of(new FieldProblem(path(unknown), "an unknown field", "one of " + known(unknown)));
            case InvalidFormatException format ->
                of(new FieldProblem(path(format), format.getValue(), allowed(format.getTargetType())));
            case MismatchedInputException mismatch
            when !path(mismatch).isEmpty() ->
                of(new FieldProblem(path(mismatch), given(mismatch), allowed(mismatch.getTargetType())));
            case MismatchedInputException mismatch -> malformed("expected " + allowed(mismatch.getTargetType()));
            default -> malformed(where(failure.getLocation()));
        };
    }

    static Problem of(FieldProblem problem) {
        return new Problem(
                ProblemTypes.INVALID_FIELD,
                "Invalid field",
                400,
                problem.getMessage(),
                problem.field(),
                problem.given(),
                problem.allowed());
    }

    private static Problem malformed(String detail) {
        return new Problem(ProblemTypes.MALFORMED_BODY, "Malformed body", 400, "The body is not valid JSON: " + detail);
    }

    /** A record may refuse its own components; Jackson wraps that. */
    private static @Nullable FieldProblem refusalInside(JsonMappingException failure) {
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof FieldProblem problem) {
                return problem;
            }
        }
        return null;
    }

    /** {@code arms[0].transcripts}; empty at the top. */
    private static String path(JsonMappingException failure) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : failure.getPath()) {
            if (step.getFieldName() != null) {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            } else {
                path.append('[').append(step.getIndex()).append(']');
            }
        }
        return path.toString();
    }

    /** Jackson keeps the refused value of a mismatch in its message only. */
    private static @Nullable String given(MismatchedInputException mismatch) {
        Matcher matcher = GIVEN.matcher(String.valueOf(mismatch.getOriginalMessage()));
        if (!matcher.find()) {
            return null;
        }
        String value = matcher.group("value");
        return value != null ? value : KINDS.get(matcher.group("kind"));
    }

    private static String known(UnrecognizedPropertyException unknown) {
        Collection<Object> names = unknown.getKnownPropertyIds();
        return names == null
                ? "the documented fields"
                : names.stream().map(Objects::toString).sorted().collect(Collectors.joining(", "));
    }

    private static String allowed(@Nullable Class<?> type) {
        if (type == null) {
            return "a value of another kind";
        }
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(String::valueOf)
                            .collect(Collectors.joining(", "));
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "an integer";
        }
        if (type == double.class || type == float.class || Number.class.isAssignableFrom(type)) {
            return "a number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == String.class) {
            return "a string";
        }
        if (type == UUID.class) {
            return "a UUID";
        }
        if (Temporal.class.isAssignableFrom(type)) {
            return "an ISO-8601 time";
        }
        if (List.class.isAssignableFrom(type) || type.isArray()) {
            return "a list";
        }
        if (Map.class.isAssignableFrom(type) || type.isRecord()) {
            return "an object";
        }
        return "a value of another kind";
    }

    private static String where(@Nullable JsonLocation location) {
        return location == null
                ? "unreadable"
                : "at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }
}
