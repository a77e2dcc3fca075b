package io.concordance.capture.intervention;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A checked intervention, as a job keeps and shows it. The bytes it refers to are in the object store.
 *
 * @param hook canonical hook point name
 * @param tensor name in the ONNX graph, {@code [batch, sequence, width]}
 * @param direction for {@code add}, {@code ablate-direction} and {@code shift-head}, unless a feature gives it
 * @param feature whose decoder row is the direction of {@code add} or {@code ablate-direction}
 * @param dictionary digest, for {@code ablate-feature} and {@code reconstruct}
 * @param form how that dictionary chooses what fires: {@code jumprelu} or {@code topk}
 * @param features to ablate, ascending
 * @param head of {@code shift-head}, from 0; {@code heads} share the width
 * @param scale for {@code add} and {@code shift-head}
 */
public record Intervention(
        String name,
        String hook,
        String tensor,
        int width,
        Kind kind,
        @Nullable Direction direction,
        @Nullable Feature feature,
        @Nullable String dictionary,
        @Nullable String form,
        @Nullable List<Integer> features,
        @Nullable Integer head,
        @Nullable Integer heads,
        @Nullable Scale scale,
        Positions positions) {

    /** What is done to the value {@code h} of the hook at a token. */
    public enum Kind {
        /** {@code h + s v}. */
        ADD,
        /** {@code h - (h · u) u} with {@code u = v / |v|}. */
        ABLATE_DIRECTION,
        /** {@code h - Σ_j z_j decoder_j} over chosen features; the reconstruction error stays. */
        ABLATE_FEATURE,
        /** The dictionary's reconstruction of {@code h}; its error goes. */
        RECONSTRUCT,
        /** {@code h + s v} in the values of one attention head. */
        SHIFT_HEAD;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Optional<Kind> of(@Nullable String text) {
            return Arrays.stream(values())
                    .filter(kind -> kind.text().equals(text))
                    .findFirst();
        }

        @JsonCreator
        static Kind stored(String text) {
            return of(text).orElseThrow();
        }
    }

    /** A vector in the object store: the tensor {@code direction} of a safetensors file. */
    public record Direction(String key, String sha256) {}

    /** A feature of the dictionary with this digest. */
    public record Feature(String dictionary, int index) {}

    /** How far to go: {@code value} times the direction, whose length is made one unit first unless that is absolute. */
    public record Scale(double value, Unit unit) {}

    /** What a scale of 1 means. */
    public enum Unit {
        /** The direction as it is given. */
        ABSOLUTE,
        /** The mean norm of the hook's value (of the head's values) over tokens of the unmodified model. */
        RESIDUAL_NORM,
        /** The standard deviation of the value's projection on the direction, over the same tokens. */
        SIGMA;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Optional<Unit> of(@Nullable String text) {
            return Arrays.stream(values())
                    .filter(unit -> unit.text().equals(text))
                    .findFirst();
        }

        @JsonCreator
        static Unit stored(String text) {
            return of(text).orElseThrow();
        }
    }

    /** True when its strength depends on what the hook's values are like. */
    @JsonIgnore
    public boolean isMeasured() {
        return scale != null && scale.unit != Unit.ABSOLUTE;
    }

    @JsonIgnore
    boolean isTopK() {
        return "topk".equals(form);
    }

    /** First value of the head's slice; 0 without a head. */
    @JsonIgnore
    int from() {
        return head == null || heads == null ? 0 : head * (width / heads);
    }

    /** Values of the head; all without one. */
    @JsonIgnore
    int count() {
        return heads == null ? width : width / heads;
    }
}
