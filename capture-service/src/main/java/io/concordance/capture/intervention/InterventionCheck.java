package io.concordance.capture.intervention;

import io.concordance.capture.intervention.Intervention.Direction;
import io.concordance.capture.intervention.Intervention.Feature;
import io.concordance.capture.intervention.Intervention.Kind;
import io.concordance.capture.intervention.Intervention.Scale;
import io.concordance.capture.intervention.Intervention.Unit;
import io.concordance.capture.model.HookPoint;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.problem.FieldProblem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks one request against its hook. Every problem names a field of it. */
final class InterventionCheck {
    private static final int MAX_FEATURES = 1024;

    private final InterventionRequest request;
    private final HookPoint hook;
    private final Dictionaries dictionaries;
    private final Directions directions;
    private final List<byte[]> files;
    private final Kind kind;

    /** @param files gathers what must be stored for the intervention to hold */
    InterventionCheck(
            InterventionRequest request,
            HookPoint hook,
            Dictionaries dictionaries,
            Directions directions,
            List<byte[]> files) {
        this.request = request;
        this.hook = hook;
        this.dictionaries = dictionaries;
        this.directions = directions;
        this.files = files;
        this.kind = Kind.of(request.kind())
                .orElseThrow(() -> new FieldProblem(
                        "kind",
                        request.kind(),
                        Arrays.stream(Kind.values()).map(Kind::text).collect(Collectors.joining(", ", "one of ", ""))));
    }

    Intervention intervention(String name) {
        boolean directed = kind == Kind.ADD || kind == Kind.ABLATE_DIRECTION || kind == Kind.SHIFT_HEAD;
        refuse("vector", request.vector(), directed);
        refuse("direction", request.direction(), directed);
        refuse("feature", request.feature(), kind == Kind.ADD || kind == Kind.ABLATE_DIRECTION);
        refuse("dictionary", request.dictionary(), !directed);
        refuse("features", request.features(), kind == Kind.ABLATE_FEATURE);
        refuse("head", request.head(), kind == Kind.SHIFT_HEAD);
        refuse("heads", request.heads(), kind == Kind.SHIFT_HEAD);
        refuse("scale", request.scale(), kind == Kind.ADD || kind == Kind.SHIFT_HEAD);
        Integer heads = kind == Kind.SHIFT_HEAD ? heads() : null;
        Integer head = heads == null ? null : head(heads);
        int width = heads == null ? hook.width() : hook.width() / heads;
        Scale scale = kind == Kind.ADD || kind == Kind.SHIFT_HEAD ? scale() : null;
        boolean needsLength = kind == Kind.ABLATE_DIRECTION || scale != null && scale.unit() != Unit.ABSOLUTE;
        Direction direction = null;
        Feature feature = null;
        if (directed) {
            oneDirection();
            feature = request.feature() == null ? null : feature(needsLength);
            direction = feature == null ? direction(width, needsLength) : null;
        }
        Dictionary dictionary = directed ? null : dictionary("dictionary", request.dictionary());
        List<Integer> features =
                kind == Kind.ABLATE_FEATURE && dictionary != null ? features(dictionary.features()) : null;
        return new Intervention(
                name,
                hook.name(),
                hook.tensor(),
                hook.width(),
                kind,
                direction,
                feature,
                request.dictionary(),
                dictionary == null ? null : dictionary.info().architecture(),
                features,
                head,
                heads,
                scale,
                inside("positions", () -> Positions.of(request.positions())));
    }

    private void refuse(String field, @Nullable Object given, boolean allowed) {
        if (given != null && !allowed) {
            throw new FieldProblem(field, null, "no " + field + " for kind " + kind.text());
        }
    }

    private void oneDirection() {
        long given =
                Arrays.asList(request.vector() != null, request.direction() != null, request.feature() != null).stream()
                        .filter(Boolean::booleanValue)
                        .count();
        if (given != 1) {
            throw new FieldProblem(
                    "vector",
                    given == 0 ? null : given + " directions",
                    kind == Kind.SHIFT_HEAD ? "one of vector and direction" : "one of vector, direction and feature");
        }
    }

    private Direction direction(int width, boolean needsLength) {
        InterventionRequest.Direction stored = request.direction();
        if (stored != null) {
            if (stored.key() == null || stored.sha256() == null) {
                throw new FieldProblem("direction", stored, "key and sha256");
            }
            Direction direction = new Direction(stored.key(), stored.sha256());
            float[] values = inside("direction", () -> directions.read(direction, width));
            requireLength("direction", values, needsLength);
            return direction;
        }
        float[] vector = vector(width);
        requireLength("vector", vector, needsLength);
        byte[] file = Directions.file(vector);
        files.add(file);
        return Directions.named(file);
    }

    private float[] vector(int width) {
        List<@Nullable Double> given = request.vector();
        if (given == null || given.size() != width) {
            throw new FieldProblem(
                    "vector",
                    (given == null ? 0 : given.size()) + " values",
                    width + " values, as " + place() + " has");
        }
        float[] vector = new float[width];
        for (int i = 0; i < width; i++) {
            Double value = given.get(i);
            if (value == null || !Float.isFinite(value.floatValue())) {
                throw new FieldProblem("vector[" + i + "]", value, "a finite number that a 32-bit float can hold");
            }
            vector[i] = value.floatValue();
        }
        return vector;
    }

    private String place() {
        return kind == Kind.SHIFT_HEAD ? "a head of " + hook.name() : hook.name();
    }

    private static void requireLength(String field, float[] vector, boolean needed) {
        if (needed && !(Interventions.norm(vector) > 0)) {
            throw new FieldProblem(field, "length 0", "a direction of a length above 0");
        }
    }

    private Feature feature(boolean needsLength) {
        InterventionRequest.Feature given = request.feature();
        if (given == null || given.index() == null) {
            throw new FieldProblem("feature", given, "dictionary and index");
        }
        Dictionary dictionary = dictionary("feature.dictionary", given.dictionary());
        int index = index("feature.index", given.index(), dictionary.features());
        requireLength("feature", Interventions.decoderRow(dictionary, index), needsLength);
        return new Feature(String.valueOf(given.dictionary()), index);
    }

    private Dictionary dictionary(String field, @Nullable String digest) {
        Dictionary dictionary = inside(field, () -> dictionaries.get(digest));
        if (dictionary.width() != hook.width()) {
            throw new FieldProblem(
                    field,
                    "width " + dictionary.width() + ", learnt at "
                            + dictionary.info().hook(),
                    "a dictionary of width " + hook.width() + ", as " + hook.name() + " has");
        }
        return dictionary;
    }

    private List<Integer> features(int count) {
        List<@Nullable Integer> given = request.features();
        if (given == null || given.isEmpty() || given.size() > MAX_FEATURES) {
            throw new FieldProblem(
                    "features", given == null ? null : given.size(), "1 to " + MAX_FEATURES + " features");
        }
        List<Integer> features = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            features.add(index("features[" + i + "]", given.get(i), count));
        }
        return features.stream().distinct().sorted().toList();
    }

    private static int index(String field, @Nullable Integer index, int count) {
        if (index == null || index < 0 || index >= count) {
            throw new FieldProblem(field, index, "a feature of the dictionary, 0 to " + (count - 1));
        }
        return index;
    }

    private int heads() {
        Integer known = hook.heads();
        Integer heads = request.heads() == null ? known : request.heads();
        if (heads == null || heads < 1 || hook.width() % heads != 0 || known != null && !known.equals(heads)) {
            throw new FieldProblem(
                    "heads",
                    heads,
                    (known == null ? "the number of heads" : known + " heads, or nothing,") + " as " + hook.name()
                            + " of width " + hook.width() + " has");
        }
        return heads;
    }

    private int head(int heads) {
        Integer head = request.head();
        if (head == null || head < 0 || head >= heads) {
            throw new FieldProblem("head", head, "0 to " + (heads - 1));
        }
        return head;
    }

    private Scale scale() {
        InterventionRequest.Scale given = request.scale();
        if (given == null) {
            return new Scale(1, Unit.ABSOLUTE);
        }
        Double value = given.value();
        if (value == null || !Float.isFinite(value.floatValue())) {
            throw new FieldProblem("scale.value", value, "a finite number");
        }
        Unit unit = Unit.of(given.unit() == null ? "absolute" : given.unit())
                .orElseThrow(
                        () -> new FieldProblem("scale.unit", given.unit(), "one of absolute, residual-norm, sigma"));
        return new Scale(value, unit);
    }

    private static <T> T inside(String prefix, Supplier<T> part) {
        try {
            return part.get();
        } catch (FieldProblem problem) {
            throw problem.inside(prefix);
        }
    }
}
