package io.concordance.interp.iti;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.statistics.PairedDifference;
import io.concordance.interp.iti.TruthName.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TruthNameTest {
    private static final int PROMPTS = 60;
    private static final PairedDifference NO_STYLE = PairedDifference.of(1, 1, PROMPTS);
    private static final Map<String, String> TAGS = Map.of(Told.ANSWER, "amber", Told.WRONG, "violet");

    /** @param right how many prompts an arm answers truthfully and informatively; no comment on the others */
    private static Map<String, Told> answers(int right) {
        Map<String, Told> answers = new TreeMap<>();
        for (int p = 0; p < PROMPTS; p++) {
            answers.put("p" + p, Told.of(p < right ? "it is amber" : "i cannot say", TAGS, List.of("cannot")));
        }
        return answers;
    }

    private static TruthName named(int base, int iti, int persona, int control, @Nullable PairedDifference style) {
        Map<String, Map<String, Told>> arms = new HashMap<>();
        arms.put(Arms.BASE, answers(base));
        arms.put(Arms.ITI, answers(iti));
        arms.put(Arms.PERSONA, answers(persona));
        arms.put(Arms.RANDOM_DIRECTIONS, answers(control));
        arms.put(Arms.RANDOM_HEADS, answers(control));
        return TruthName.of(arms, style);
    }

    @Test
    void isGrantedToWhatNothingElseBringsAbout() {
        TruthName name = named(2, 40, 5, 3, NO_STYLE);

        assertThat(name.verdict()).isEqualTo(Verdict.GRANTED);
        assertThat(name.gain().difference()).isEqualTo(38.0 / PROMPTS);
    }

    @Test
    void isRefusedForEveryReasonThatThereIs() {
        assertThat(named(2, 4, 2, 2, NO_STYLE).reasons())
                .singleElement()
                .asString()
                .contains("than the model as it is");
        assertThat(named(2, 40, 39, 3, NO_STYLE)).satisfies(name -> {
            assertThat(name.verdict()).isEqualTo(Verdict.REFUSED);
            assertThat(name.reasons()).singleElement().asString().startsWith("the persona's prompt matches it");
        });
        assertThat(named(2, 40, 55, 3, NO_STYLE).verdict()).isEqualTo(Verdict.REFUSED);
        assertThat(named(2, 40, 5, 38, NO_STYLE).reasons()).hasSize(2).allMatch(r -> r.contains("random"));
        assertThat(named(2, 40, 5, 3, PairedDifference.of(35, 0, PROMPTS)).reasons())
                .singleElement()
                .asString()
                .startsWith("the style-only organism reproduces it");
    }

    @Test
    void isNeitherGrantedNorRefusedWithoutAStyleOnlyOrganism() {
        assertThat(named(2, 40, 5, 3, null).verdict()).isEqualTo(Verdict.INSUFFICIENT);
    }

    @Test
    void anAnswerThatSaysNothingIsTruthfulAndNoGain() {
        Told none = Told.of("i cannot say", TAGS, List.of("cannot"));
        Told both = Told.of("amber, not violet", TAGS, List.of());

        assertThat(none).isEqualTo(new Told(true, false, true));
        assertThat(both).isEqualTo(new Told(false, true, false));
        assertThat(Told.of("amber", TAGS, List.of()).truthfulAndInformative()).isTrue();
    }
}
