package io.concordance.interp.score;

import io.concordance.interp.chat.Chat;
import io.concordance.interp.label.LabelMaterial;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A label with its scores, each beside its control.
 *
 * @param holds whether the label may stand for the feature: by detection and by fuzzing, even the lower bound of its score
 *     is better than chance and than the label of another feature. Detection alone would let a label through that a text
 *     dictates and that is found in that very text again; such a label does not say on which tokens the feature fires
 */
public record ScoredLabel(List<Entry> scores, boolean holds) {

    private static final double CHANCE = 0.5;
    private static final Set<ScorerKind> NEEDED = Set.of(ScorerKind.DETECTION, ScorerKind.FUZZING);

    /** @param control the same scorer with the borrowed label; null when no other feature has a label */
    public record Entry(
            ScorerKind scorer,
            String measure,
            Score score,
            @Nullable Score control) {
        boolean beatsControl() {
            Score.Estimate own = score.estimate();
            Score.Estimate other = control == null ? null : control.estimate();
            return own != null && other != null && own.low() > Math.max(CHANCE, other.value());
        }
    }

    /**
     * @param borrowed label of another feature
     * @throws io.concordance.interp.chat.ChatFailure when the model gives no answer
     */
    public static ScoredLabel of(
            String label, @Nullable String borrowed, LabelMaterial material, List<ScorerKind> scorers, Chat chat) {
        List<Entry> entries = new ArrayList<>();
        for (ScorerKind kind : scorers) {
            Score own = kind.scorer().score(label, material, chat);
            Score control = borrowed == null || own.estimate() == null
                    ? null
                    : kind.scorer().score(borrowed, material, chat);
            entries.add(new Entry(kind, kind.measure(), own, control));
        }
        Set<ScorerKind> beaten =
                entries.stream().filter(Entry::beatsControl).map(Entry::scorer).collect(Collectors.toSet());
        return new ScoredLabel(entries, beaten.containsAll(NEEDED));
    }

    /** Identity of a label for comparing two, whatever their case and spaces. */
    public static boolean same(String label, String other) {
        return plain(label).equals(plain(other));
    }

    private static String plain(String label) {
        return label.toLowerCase(Locale.ROOT).replaceAll("\\s+", " ").strip();
    }
}
