package io.concordance.interp.score;

import io.concordance.contracts.statistics.Auroc;
import io.concordance.interp.chat.Chat;
import io.concordance.interp.label.LabelMaterial;
import io.concordance.interp.label.Window;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How much likelier a text becomes for knowing the label, ln p(text | label) - ln p(text | no label), for firing windows
 * against silent ones; the score is the area under the ROC curve with DeLong's interval. It needs an endpoint that
 * returns the log-probabilities of what it is given.
 */
final class Surprisal implements Scorer {
    private static final int WINDOWS = 10;
    private static final String WITHOUT = "Various unrelated texts follow.\n\n";

    @Override
    public ScorerKind kind() {
        return ScorerKind.SURPRISAL;
    }

    @Override
    public Score score(String label, LabelMaterial material, Chat chat) {
        List<Window> firing = material.score().stream().limit(WINDOWS).toList();
        List<Window> silent = material.scoreSilent().stream().limit(WINDOWS).toList();
        if (firing.size() < FEWEST || silent.size() < FEWEST) {
            return Score.missing(
                    0, 0, firing.size() + " firing and " + silent.size() + " silent windows, fewer than " + FEWEST);
        }
        String with = "Texts follow that have this in common: " + label + "\n\n";
        double[] ofFiring = new double[firing.size()];
        double[] ofSilent = new double[silent.size()];
        for (int i = 0; i < firing.size() + silent.size(); i++) {
            String text = (i < firing.size() ? firing.get(i) : silent.get(i - firing.size())).text();
            OptionalDouble known = chat.logProbability(with, text);
            OptionalDouble unknown = known.isEmpty() ? known : chat.logProbability(WITHOUT, text);
            if (unknown.isEmpty()) {
                return Score.missing(i, 0, "the endpoint returns no log-probabilities");
            }
            double gain = known.getAsDouble() - unknown.getAsDouble();
            if (i < firing.size()) {
                ofFiring[i] = gain;
            } else {
                ofSilent[i - firing.size()] = gain;
            }
        }
        Auroc area = Auroc.of(ofFiring, ofSilent);
        return Score.of(area.area(), area.low(), area.high(), firing.size() + silent.size(), 0);
    }
}
