package io.concordance.interp.judge;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.statistics.CorrectedRate;
import io.concordance.contracts.statistics.JudgeCalibration;
import io.concordance.contracts.statistics.JudgedPair;
import io.concordance.contracts.statistics.Kappa;
import io.concordance.contracts.statistics.PrioritySample;
import io.concordance.contracts.statistics.PrioritySample.Chosen;
import io.concordance.contracts.statistics.PrioritySample.Entry;
import io.concordance.contracts.statistics.WeightedShare;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Computes the rates of one arm from verdicts and labels alone. */
final class ArmRates {
    /** How much earlier people see items on which the judges differ. */
    static final double OVERSAMPLED = 4;

    private final List<Entry<Item>> entries;
    private final List<Chosen<Item>> chosen;

    /**
     * An item with everything said about it.
     *
     * @param verdicts one of each judge, in the order of the judges
     */
    record Item(double draw, List<Verdict> verdicts, Labels labels) {
        /** Verdicts that differ, or that could not be read, are where people's labels tell most. */
        double size() {
            return verdicts.stream().distinct().count() > 1 || verdicts.contains(Verdict.UNREADABLE) ? OVERSAMPLED : 1;
        }
    }

    ArmRates(List<Item> items) {
        this.entries =
                items.stream().map(i -> new Entry<>(i, i.size(), i.draw())).toList();
        this.chosen = PrioritySample.chosen(entries, item -> item.labels().any());
    }

    Rates of(String arm, List<String> judges) {
        List<Rates.OfJudge> rates = new ArrayList<>();
        for (int j = 0; j < judges.size(); j++) {
            rates.add(judge(judges.get(j), j));
        }
        Rates.People people = new Rates.People(
                count(entries.stream().map(Entry::item).filter(i -> i.labels().any())),
                chosen.size(),
                count(turned().filter(i -> Objects.equals(i.labels().verdict(), true))),
                count(turned().filter(i -> Objects.equals(i.labels().verdict(), false))),
                count(turned().filter(i -> i.labels().unsure())),
                count(turned().filter(i -> i.labels().contested())));
        return new Rates(arm, entries.size(), people, betweenPeople(), rates);
    }

    private Stream<Item> turned() {
        return chosen.stream().map(Chosen::item);
    }

    private static int count(Stream<Item> items) {
        return Math.toIntExact(items.count());
    }

    private Rates.OfJudge judge(String name, int judge) {
        int[] counts = new int[Verdict.values().length];
        entries.forEach(e -> counts[e.item().verdicts().get(judge).ordinal()]++);
        List<JudgedPair> pairs = new ArrayList<>();
        for (Chosen<Item> item : chosen) {
            Boolean human = item.item().labels().verdict();
            if (human != null) {
                pairs.add(new JudgedPair(item.item().verdicts().get(judge).positive(), human, item.weight()));
            }
        }
        JudgeCalibration calibration = JudgeCalibration.of(pairs);
        int yes = counts[Verdict.YES.ordinal()];
        int no = counts[Verdict.NO.ordinal()];
        int unreadable = counts[Verdict.UNREADABLE.ordinal()];
        List<CorrectedRate> rates = new ArrayList<>();
        String missing = null;
        try {
            rates.add(calibration.predictionPowered(yes, unreadable, entries.size()));
            rates.add(calibration.roganGladen(yes, yes + no));
        } catch (FieldProblem e) {
            missing = e.getMessage();
        }
        return new Rates.OfJudge(
                name,
                yes,
                no,
                unreadable,
                share(calibration.sensitivity()),
                share(calibration.specificity()),
                withPeople(pairs),
                rates,
                missing);
    }

    private static @Nullable WeightedShare share(WeightedShare share) {
        return share.items() == 0 ? null : share;
    }

    private static @Nullable Kappa withPeople(List<JudgedPair> pairs) {
        List<JudgedPair> readable =
                pairs.stream().filter(p -> p.judge() != null).toList();
        return kappa(
                readable.stream().map(p -> Objects.equals(p.judge(), true)).toList(),
                readable.stream().map(JudgedPair::human).toList(),
                readable.stream().mapToDouble(JudgedPair::weight).toArray());
    }

    private @Nullable Kappa betweenPeople() {
        List<Boolean> first = new ArrayList<>();
        List<Boolean> second = new ArrayList<>();
        List<Double> weights = new ArrayList<>();
        for (Chosen<Item> item : chosen) {
            List<HumanLabel> given = item.item().labels().given();
            if (given.size() >= 2 && !given.subList(0, 2).contains(HumanLabel.UNSURE)) {
                first.add(given.get(0) == HumanLabel.YES);
                second.add(given.get(1) == HumanLabel.YES);
                weights.add(item.weight());
            }
        }
        return kappa(
                first, second, weights.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Null where it is not defined. */
    private static @Nullable Kappa kappa(List<Boolean> first, List<Boolean> second, double[] weights) {
        Kappa kappa = Kappa.of(array(first), array(second), weights);
        return Double.isNaN(kappa.value()) ? null : kappa;
    }

    private static boolean[] array(List<Boolean> values) {
        boolean[] array = new boolean[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return array;
    }
}
