package io.concordance.interp.judge;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.interp.chat.Endpoint;
import io.concordance.interp.chat.Endpoints;
import io.concordance.interp.recapture.StoredTranscripts;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks judgings and deals out their items; nothing is stored of one that is refused. */
@ApplicationScoped
class JudgingRequests {
    private static final Pattern NAME = Pattern.compile("[\\p{Alnum}][\\p{Alnum} ._:/-]{0,99}");
    private static final int MOST_ARMS = 20;
    private static final int MOST_JUDGES = 5;
    private static final int MOST_ITEMS = 20_000;
    private static final int LONGEST_QUESTION = 2000;
    private static final int TWICE_IN = 5;

    private final Endpoints endpoints;
    private final StoredTranscripts files;

    JudgingRequests(Endpoints endpoints, StoredTranscripts files) {
        this.endpoints = endpoints;
        this.files = files;
    }

    /** A judging in which everything is known to be there. */
    record Checked(
            UUID id,
            String name,
            String question,
            long seed,
            List<JudgedItem> items,
            List<JudgingRequest.Judge> judges) {}

    Checked check(@Nullable JudgingRequest request) {
        return check(UUID.randomUUID(), request);
    }

    Checked check(UUID id, @Nullable JudgingRequest request) {
        if (request == null) {
            throw new FieldProblem("", null, "a question, arms and judges");
        }
        String name = named("name", request.name());
        String question = request.question();
        if (question == null || question.isBlank() || question.length() > LONGEST_QUESTION) {
            throw new FieldProblem(
                    "question", question, "a yes-or-no question of at most " + LONGEST_QUESTION + " characters");
        }
        long seed = request.seed() == null ? 0 : request.seed();
        List<JudgedItem> items = items(id, seed, request.arms());
        return new Checked(id, name, question.strip(), seed, items, judges(request.judges(), items));
    }

    private static String named(String field, @Nullable String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new FieldProblem(field, name, "1 to 100 letters, digits, spaces and . _ : / -");
        }
        return name;
    }

    private List<JudgedItem> items(UUID id, long seed, @Nullable List<JudgingRequest.Arm> arms) {
        if (arms == null || arms.isEmpty() || arms.size() > MOST_ARMS) {
            throw new FieldProblem("arms", arms == null ? null : arms.size() + " arms", "1 to " + MOST_ARMS + " arms");
        }
        Set<String> names = new HashSet<>();
        List<JudgedItem> items = new ArrayList<>();
        for (int a = 0; a < arms.size(); a++) {
            String name = named("arms[" + a + "].name", arms.get(a).name());
            if (!names.add(name)) {
                throw new FieldProblem("arms[" + a + "].name", name, "a name that no other arm has");
            }
            String field = "arms[" + a + "].transcripts";
            for (Transcript transcript : files.read(field, arms.get(a).transcripts(), MOST_ITEMS)) {
                if (items.size() == MOST_ITEMS) {
                    throw new FieldProblem(field, null, "at most " + MOST_ITEMS + " transcripts over all arms");
                }
                items.add(item(id, seed, items.size(), name, transcript, field));
            }
        }
        return items;
    }

    private static JudgedItem item(UUID id, long seed, int number, String arm, Transcript transcript, String field) {
        List<Span> spans = transcript.spans().stream()
                .filter(span -> span.kind() != Span.Kind.SUMMARY)
                .map(span -> new Span(span.kind(), span.role(), span.text()))
                .toList();
        if (spans.stream().allMatch(span -> span.text().isBlank())) {
            throw new FieldProblem(
                    field,
                    transcript.id(),
                    "transcripts of what a model read or wrote; a summary of it cannot be judged");
        }
        byte[] hash = hash(seed + ":" + arm + ":" + transcript.id());
        ByteBuffer bits = ByteBuffer.wrap(hash);
        double draw = ((bits.getLong() >>> 11) + 1) * 0x1.0p-53;
        boolean twice = Math.floorMod(bits.getLong(), TWICE_IN) == 0;
        String token = Digests.hex(Digests.sha256(id + ":" + arm + ":" + transcript.id()))
                .substring(0, 32);
        return new JudgedItem(number, arm, transcript.id(), token, spans, draw, twice);
    }

    private static byte[] hash(String text) {
        return Digests.newDigest().digest(text.getBytes(StandardCharsets.UTF_8));
    }

    private List<JudgingRequest.Judge> judges(@Nullable List<JudgingRequest.Judge> given, List<JudgedItem> items) {
        if (given == null || given.isEmpty() || given.size() > MOST_JUDGES) {
            throw new FieldProblem(
                    "judges", given == null ? null : given.size() + " judges", "1 to " + MOST_JUDGES + " judges");
        }
        Set<String> names = new HashSet<>();
        List<JudgingRequest.Judge> judges = new ArrayList<>();
        for (int j = 0; j < given.size(); j++) {
            JudgingRequest.Judge judge = given.get(j);
            String field = "judges[" + j + "]";
            if (!names.add(named(field + ".name", judge.name()))) {
                throw new FieldProblem(field + ".name", judge.name(), "a name that no other judge has");
            }
            if ((judge.endpoint() == null) == (judge.verdicts() == null)) {
                throw new FieldProblem(field, null, "either an endpoint or verdicts");
            }
            judges.add(judge.verdicts() == null ? asked(field, judge) : given(field, judge, judge.verdicts(), items));
        }
        return judges;
    }

    private JudgingRequest.Judge asked(String field, JudgingRequest.Judge judge) {
        if (judge.budget() == null) {
            throw new FieldProblem(
                    field + ".budget", null, "a budget: tokens and, where money is limited, money and prices");
        }
        try {
            Endpoint endpoint = endpoints.check(judge.endpoint());
            return new JudgingRequest.Judge(judge.name(), endpoint, judge.budget(), null);
        } catch (FieldProblem e) {
            throw e.inside(field + ".endpoint");
        }
    }

    private static JudgingRequest.Judge given(
            String field,
            JudgingRequest.Judge judge,
            Map<String, Map<String, Verdict>> verdicts,
            List<JudgedItem> items) {
        int found = 0;
        for (JudgedItem item : items) {
            found += verdicts.getOrDefault(item.arm(), Map.of()).containsKey(item.id()) ? 1 : 0;
        }
        int total = verdicts.values().stream().mapToInt(Map::size).sum();
        if (found != items.size() || total != items.size()) {
            throw new FieldProblem(
                    field + ".verdicts",
                    total + " verdicts, " + found + " of them on items",
                    "one for each of the " + items.size() + " items");
        }
        return judge;
    }
}
