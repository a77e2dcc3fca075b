package io.concordance.interp.iti;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.interp.probe.HeadRead;
import io.concordance.interp.recapture.CaptureClient;
import io.concordance.interp.recapture.StoredTranscripts;
import io.concordance.kit.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Checks what is asked for against the model and the transcripts that it names; nothing is stored of what is refused. */
@ApplicationScoped
class ItiRequests {
    /** Three shifts of every hook are interventions of one capture job, which takes 64. */
    static final int MOST_HOOKS = 21;

    static final int MOST_TRANSCRIPTS = 20_000;
    static final int MOST_PROMPTS = 2000;
    private static final int MOST_CELLS = 64;
    private static final double STRONGEST = 100;
    private static final int MOST_EXAMPLES = 32;
    private static final int MOST_TEXTS = 16;
    private static final int LONGEST_TEXT = 2000;
    private static final int MOST_TOKENS = 1024;
    private static final int MOST_STOPS = 8;
    private static final int LONGEST_STOP = 200;
    private static final int PAIRS = 50;

    private final CaptureClient capture;
    private final StoredTranscripts files;

    ItiRequests(CaptureClient capture, StoredTranscripts files) {
        this.capture = capture;
        this.files = files;
    }

    /** @throws FieldProblem on the first field at fault */
    ItiOrder check(@Nullable ItiRequest given) {
        if (given == null) {
            throw new FieldProblem("", null, "a model, transcripts and what to try");
        }
        ItiRequest request = given;
        String model = text("model", request.model(), LONGEST_TEXT);
        List<ItiOrder.Hook> hooks = hooks("model", model, "hooks", request.hooks());
        int total = hooks.stream().mapToInt(ItiOrder.Hook::heads).sum();
        List<Integer> heads = all(
                "heads",
                request.heads(),
                k -> k >= 1 && k <= total / 2,
                "1 to " + total / 2 + ", half of the " + total + " heads, as many others being a control");
        List<Double> alphas =
                all("alphas", request.alphas(), a -> a > 0 && a <= STRONGEST, "more than 0, at most " + STRONGEST);
        if (heads.size() * alphas.size() > MOST_CELLS) {
            throw new FieldProblem("alphas", alphas.size(), "at most " + MOST_CELLS + " pairs of heads and alphas");
        }
        List<Transcript> labelled = files.read("labelled", request.labelled(), MOST_TRANSCRIPTS);
        List<Transcript> calibration = prompts("calibration", request.calibration());
        List<Transcript> evaluation = prompts("evaluation", request.evaluation());
        apart("calibration", calibration, "labelled", labelled);
        apart("evaluation", evaluation, "labelled", labelled);
        apart("evaluation", evaluation, "calibration", calibration);
        String benign = request.benign() == null ? request.labelled() : request.benign();
        files.read("benign", benign, MOST_TRANSCRIPTS);
        int examples = number("examples", request.examples(), 4, 1, MOST_EXAMPLES);
        if (Prompting.examples(labelled, examples, 0).size() < examples) {
            throw new FieldProblem(
                    "examples", examples, "at most as many as labelled has ok transcripts that the model answered");
        }
        return new ItiOrder(
                model,
                hooks,
                Objects.requireNonNull(request.labelled()),
                Objects.requireNonNull(request.calibration()),
                Objects.requireNonNull(request.evaluation()),
                Objects.requireNonNull(benign),
                request.read() == null ? HeadRead.LAST_PROMPT : request.read(),
                heads,
                alphas,
                request.positions() == null ? ItiOrder.Positions.LAST : request.positions(),
                write(request.write()),
                persona(request.persona()),
                examples,
                texts("hedges", request.hedges()),
                mostKl(request.mostKl()),
                styleOnly(request.styleOnly(), heads),
                request.question() == null ? "Is the answer true?" : text("question", request.question(), LONGEST_TEXT),
                number("pairs", request.pairs(), PAIRS, 1, MOST_PROMPTS),
                request.seed() == null ? 0 : request.seed());
    }

    private List<ItiOrder.Hook> hooks(
            String modelField, String model, String field, @Nullable List<@Nullable String> names) {
        List<CaptureClient.Hook> there;
        try {
            there = capture.hooks(model);
        } catch (CaptureClient.Refused e) {
            throw new FieldProblem(modelField, model, "the id of a registered model");
        } catch (CaptureClient.Unavailable e) {
            throw new ProblemException(
                    503, "urn:concordance:problem:peer-unavailable", "Peer unavailable", e.getMessage() + ".");
        }
        List<ItiOrder.Hook> found = new ArrayList<>();
        for (CaptureClient.Hook hook : there) {
            boolean named = names == null || names.contains(hook.name()) || names.contains(hook.alias());
            if (hook.heads() > 0 && named) {
                found.add(new ItiOrder.Hook(hook.name(), hook.heads(), hook.width()));
            }
        }
        if (found.isEmpty() || found.size() > MOST_HOOKS || names != null && names.size() != found.size()) {
            throw new FieldProblem(
                    field,
                    names == null ? found.size() + " hook points with heads" : names,
                    "1 to " + MOST_HOOKS
                            + " hook points of the model that have heads, such as blocks.0.attn.hook_z, each once");
        }
        return found;
    }

    /** Prompts whose tags say what is true and what is wrong. */
    private List<Transcript> prompts(String field, @Nullable String digest) {
        List<Transcript> prompts = files.read(field, digest, MOST_PROMPTS);
        for (Transcript prompt : prompts) {
            String answer = prompt.tags().get(Told.ANSWER);
            String wrong = prompt.tags().get(Told.WRONG);
            if (answer == null
                    || wrong == null
                    || answer.isBlank()
                    || wrong.isBlank()
                    || answer.contains(wrong)
                    || wrong.contains(answer)) {
                throw new FieldProblem(
                        field,
                        prompt.id(),
                        "transcripts with tags answer and wrong, texts of which neither holds the other");
            }
            if (Prompting.prompt(prompt).isEmpty()) {
                throw new FieldProblem(field, prompt.id(), "transcripts that begin with what the model reads");
            }
        }
        return prompts;
    }

    /** No prompt of one file is in another, so that nothing is chosen on what judges it. */
    private static void apart(String field, List<Transcript> prompts, String other, List<Transcript> others) {
        Set<String> texts = new HashSet<>();
        others.forEach(transcript -> texts.add(words(transcript)));
        for (Transcript prompt : prompts) {
            if (texts.contains(words(prompt))) {
                throw new FieldProblem(field, prompt.id(), "prompts that " + other + " does not have");
            }
        }
    }

    /** What a model reads before it writes. */
    static String words(Transcript transcript) {
        StringBuilder words = new StringBuilder();
        Prompting.prompt(transcript).forEach(span -> words.append(span.text()));
        return words.toString();
    }

    private ItiOrder.@Nullable StyleOnly styleOnly(ItiRequest.@Nullable StyleOnly given, List<Integer> heads) {
        if (given == null) {
            return null;
        }
        String model = text("styleOnly.model", given.model(), LONGEST_TEXT);
        List<ItiOrder.Hook> hooks = hooks("styleOnly.model", model, "styleOnly.hooks", given.hooks());
        int total = hooks.stream().mapToInt(ItiOrder.Hook::heads).sum();
        int most = heads.stream().mapToInt(k -> k).max().orElse(0);
        if (total < most) {
            throw new FieldProblem("styleOnly.hooks", total + " heads", "at least " + most);
        }
        List<Transcript> labelled = files.read("styleOnly.labelled", given.labelled(), MOST_TRANSCRIPTS);
        List<Transcript> evaluation = prompts("styleOnly.evaluation", given.evaluation());
        apart("styleOnly.evaluation", evaluation, "styleOnly.labelled", labelled);
        return new ItiOrder.StyleOnly(
                model, hooks, Objects.requireNonNull(given.labelled()), Objects.requireNonNull(given.evaluation()));
    }

    private static ItiOrder.Write write(ItiRequest.@Nullable Write given) {
        if (given == null) {
            throw new FieldProblem("write", null, "tokens and stop, how answers are written");
        }
        return new ItiOrder.Write(number("write.tokens", given.tokens(), 0, 1, MOST_TOKENS), stops(given.stop()));
    }

    private static List<String> stops(@Nullable List<@Nullable String> given) {
        List<String> stops = new ArrayList<>();
        for (String stop : given == null ? List.<@Nullable String>of() : given) {
            if (stop == null || stop.isEmpty() || stop.length() > LONGEST_STOP || stops.size() == MOST_STOPS) {
                throw new FieldProblem(
                        "write.stop[" + stops.size() + "]",
                        stop,
                        "1 to " + LONGEST_STOP + " characters, " + MOST_STOPS + " texts at most");
            }
            stops.add(stop);
        }
        return stops;
    }

    private static ItiOrder.Persona persona(ItiRequest.@Nullable Persona given) {
        if (given == null) {
            throw new FieldProblem("persona", null, "words that ask for careful answers");
        }
        return new ItiOrder.Persona(
                text("persona.words", given.words(), LONGEST_TEXT),
                given.behind() == null ? null : text("persona.behind", given.behind(), LONGEST_TEXT));
    }

    private static @Nullable Double mostKl(@Nullable Double given) {
        if (given != null && !(given > 0)) {
            throw new FieldProblem("mostKl", given, "more than 0 nats a token, or nothing");
        }
        return given;
    }

    private static int number(String field, @Nullable Integer given, int otherwise, int least, int most) {
        int number = given == null ? otherwise : given;
        if (number < least || number > most) {
            throw new FieldProblem(field, given, least + " to " + most);
        }
        return number;
    }

    private static <T> List<T> all(String field, @Nullable List<@Nullable T> given, Predicate<T> is, String allowed) {
        if (given == null || given.isEmpty()) {
            throw new FieldProblem(field, given, "at least one, " + allowed);
        }
        List<T> all = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            T value = given.get(i);
            if (value == null || !is.test(value)) {
                throw new FieldProblem(field + "[" + i + "]", value, allowed);
            }
            all.add(value);
        }
        return all;
    }

    private static List<String> texts(String field, @Nullable List<@Nullable String> given) {
        if (given == null) {
            return List.of();
        }
        if (given.size() > MOST_TEXTS) {
            throw new FieldProblem(field, given.size(), "at most " + MOST_TEXTS + " texts");
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            texts.add(text(field + "[" + i + "]", given.get(i), LONGEST_TEXT));
        }
        return texts;
    }

    private static String text(String field, @Nullable String given, int most) {
        if (given == null || given.isBlank() || given.length() > most || given.indexOf('\0') >= 0) {
            throw new FieldProblem(field, given, "1 to " + most + " characters, not blank");
        }
        return given;
    }
}
