package io.concordance.registry.concern;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which states of a concern a change was made for (RFC 9110, 13.1.1). Tags are compared strongly: a weak one matches nothing.
 *
 * @param versions see {@link Concern#version}; empty for any
 */
record IfMatch(List<String> versions) {
    /** Whatever state there is: for callers that look at it in the same breath. */
    static final IfMatch ANY = new IfMatch(List.of());

    private static final String HEADER = "If-Match";
    private static final Pattern TAG = Pattern.compile("\\s*(W/)?\"([\\x21\\x23-\\x7e\\x80-\\xff]*)\"\\s*(,|$)");
    private static final int LONGEST = 1000;

    IfMatch {
        versions = List.copyOf(versions);
    }

    /**
     * Reads the header.
     *
     * @return null when there is none
     * @throws FieldProblem when it is no list of entity tags
     */
    static @Nullable IfMatch parse(@Nullable String header) {
        if (header == null) {
            return null;
        }
        if (header.strip().equals("*")) {
            return ANY;
        }
        List<String> versions = new ArrayList<>();
        Matcher tag = TAG.matcher(header);
        int at = 0;
        while (header.length() <= LONGEST && at < header.length() && tag.find(at) && tag.start() == at) {
            versions.add((tag.group(1) == null ? "" : "weak ") + tag.group(2));
            at = tag.end();
        }
        if (versions.isEmpty() || at < header.length()) {
            throw new FieldProblem(HEADER, header, "entity tags as they were given, in quotation marks, or *");
        }
        return new IfMatch(versions);
    }

    /**
     * Refuses a change that was not made for this state.
     *
     * @throws ProblemException 412
     */
    void require(Concern now) {
        if (!versions.isEmpty() && !versions.contains(now.version())) {
            throw ProblemException.stale("The concern of feature " + now.featureUid() + " is at \"" + now.version()
                    + "\" now; read it again.");
        }
    }

    /** @throws ProblemException 428 when there is none */
    static IfMatch required(@Nullable IfMatch given, String why) {
        if (given == null) {
            throw ProblemException.preconditionRequired(
                    why + " needs the header If-Match with the entity tag of what it" + " is about.");
        }
        return given;
    }
}
