package io.concordance.bench.training;

import io.concordance.bench.AskedProcess;
import io.concordance.bench.PythonPeer;
import io.concordance.bench.Report;
import io.concordance.bench.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Our TopK step and a published trainer's, in turns, each alone in its turn. */
final class PeerRounds {
    private static final int OWN_WARM_UP_STEPS = Screened.WARM_UP_STEPS;
    /** Their time does not depend on a compiler. */
    private static final int PEER_WARM_UP_STEPS = 2;

    private static final String MEMORY_GOAL = "at most 0.6";
    private static final String QUALITY_GOAL = "within 0.1 %";

    private static final List<Peer> PEERS = List.of(
            new Peer("dictionary_learning", "at least 7.5", "at least 6", "stretch: 10", 1, QUALITY_GOAL),
            new Peer(
                    "sae_lens",
                    "at least 7.5",
                    "at least 6",
                    "stretch: 10",
                    1,
                    "another rule: its decoder is not of unit norm"),
            new Peer("sparsify", "at least 2.75", "at least 2.75", "stretch: 3.7", 0, QUALITY_GOAL));

    private final Workplace workplace;
    private final int rounds;
    private final int steps;
    private final int quality;

    /**
     * @param steps of each in a round without AuxK
     * @param quality steps after which reconstructions are compared; 0 to leave that out
     */
    PeerRounds(Workplace workplace, int rounds, int steps, int quality) {
        this.workplace = workplace;
        this.rounds = rounds;
        this.steps = steps;
        this.quality = quality;
    }

    /**
     * A trainer to compare with.
     *
     * @param clip norm of the gradient that ours is cut to, so that it does what the peer does; 0 for none
     */
    private record Peer(
            String name, String goal, String auxiliaryGoal, String stretch, double clip, String qualityGoal) {}

    /**
     * Of one trainer against ours.
     *
     * @param theirs seconds a step, of each round
     * @param times theirs by ours, of each round
     * @param screened theirs by ours with bf16 screening, of each round; empty where that was not measured
     * @param steps after which reconstructions were compared; 0 where they were not
     */
    @SuppressWarnings("ArrayRecordComponent") // handed from the rounds to the tables once
    private record Measured(
            double[] theirs,
            double[] times,
            double[] screened,
            double ownFvu,
            double fvu,
            long ownPeak,
            long peak,
            int steps) {}

    List<Report.Section> sections(Scene scene) throws InterruptedException {
        List<List<String>> times = new ArrayList<>();
        List<List<String>> qualities = new ArrayList<>();
        List<List<String>> memories = new ArrayList<>();
        for (Peer peer : PEERS) {
            for (boolean auxiliary : new boolean[] {false, true}) {
                try (PythonPeer python = workplace.python();
                        AskedProcess own = workplace.own()) {
                    String version =
                            python.greeting().path("peers").path(peer.name).asText();
                    String dead = auxiliary ? "a tenth dead" : "off";
                    Measured measured = measure(scene, peer, auxiliary, own, python);
                    times.add(List.of(
                            peer.name,
                            version,
                            dead,
                            new Sample(RuleTimes.milliseconds(measured.theirs)).text("%.0f"),
                            new Sample(measured.times).text("%.2f"),
                            auxiliary ? peer.auxiliaryGoal : peer.goal));
                    if (measured.screened.length > 0) {
                        times.add(List.of(
                                peer.name,
                                version,
                                "off, ours with bf16 screening",
                                "",
                                new Sample(measured.screened).text("%.2f"),
                                peer.stretch));
                    }
                    memories.add(List.of(
                            peer.name,
                            dead,
                            mebi(measured.peak),
                            mebi(measured.ownPeak),
                            String.format(Locale.ROOT, "%.2f", (double) measured.ownPeak / measured.peak),
                            MEMORY_GOAL));
                    if (measured.steps > 0) {
                        qualities.add(quality(peer, measured));
                    }
                } catch (PythonPeer.Absent | IOException e) {
                    times.add(List.of(peer.name, "not run: " + e.getMessage(), "", "", "", ""));
                }
            }
        }
        List<Report.Section> sections = new ArrayList<>();
        sections.add(
                new Report.Section(
                        scene.name() + ": against PyTorch trainers",
                        List.of("trainer", "version", "AuxK", "ms a step", "times ours", "goal"),
                        times,
                        List.of(
                                "rounds of " + steps
                                        + " steps of one, then of the other, each alone; median, quartiles,"
                                        + " extremes over rounds",
                                "AuxK: a tenth of the features are told to be dead in every step, k d/2, as each trainer has it")));
        sections.add(
                new Report.Section(
                        scene.name() + ": memory at most resident, MiB",
                        List.of("trainer", "AuxK", "theirs", "ours", "ours of theirs", "goal"),
                        memories,
                        List.of(
                                "of a process that did these steps and nothing else, its libraries and the same rows included")));
        if (!qualities.isEmpty()) {
            sections.add(new Report.Section(
                    scene.name() + ": FVU of held-out rows after equal steps",
                    List.of("trainer", "steps", "ours", "theirs", "difference", "goal"),
                    qualities,
                    List.of("same rows, start, rate and warm-up; ours clips its gradient as the peer does")));
        }
        return sections;
    }

    private static List<String> quality(Peer peer, Measured measured) {
        return List.of(
                peer.name,
                Integer.toString(measured.steps),
                String.format(Locale.ROOT, "%.5f", measured.ownFvu),
                String.format(Locale.ROOT, "%.5f", measured.fvu),
                String.format(Locale.ROOT, "%+.3f %%", 100 * (measured.ownFvu - measured.fvu) / measured.fvu),
                peer.qualityGoal);
    }

    private Measured measure(Scene scene, Peer peer, boolean auxiliary, AskedProcess own, AskedProcess python)
            throws IOException {
        String name = scene.name() + ": " + peer.name + (auxiliary ? ", AuxK" : "");
        workplace.progress().begins(name + ", warming up");
        Order order =
                Order.of(scene, "topk", peer.clip, auxiliary ? scene.shape().features() / RuleTimes.DEAD_SHARE : 0);
        Workplace.ask(own, Order.Steps.begin(order, OWN_WARM_UP_STEPS));
        Workplace.ask(python, Order.Steps.begin(order.by(peer.name), PEER_WARM_UP_STEPS));
        int turn = auxiliary ? 1 : steps;
        double[] theirs = new double[rounds];
        double[] times = new double[rounds];
        double[] screened = new double[rounds];
        Order.Done mine = new Order.Done(theirs, theirs, 0, 0);
        Order.Done last = mine;
        try (Screened other = auxiliary ? Screened.NONE : Screened.start(workplace, order)) {
            for (int round = 0; round < rounds; round++) {
                workplace.progress().begins(name + ", round " + (round + 1) + " of " + rounds);
                mine = Workplace.ask(own, Order.Steps.more(turn));
                last = Workplace.ask(python, Order.Steps.more(turn));
                theirs[round] = RuleTimes.mean(last.seconds());
                times[round] = theirs[round] / RuleTimes.mean(mine.seconds());
                screened[round] = theirs[round] / other.step(turn);
            }
            screened = other.present() ? screened : new double[0];
        }
        int compared = 0;
        if (!auxiliary && quality > 0) {
            compared = Math.max(quality, OWN_WARM_UP_STEPS + rounds * steps);
            workplace.progress().begins(name + ", " + compared + " steps");
            mine = Workplace.ask(own, Order.Steps.measured(compared - OWN_WARM_UP_STEPS - rounds * steps));
            last = Workplace.ask(python, Order.Steps.measured(compared - PEER_WARM_UP_STEPS - rounds * steps));
        }
        return new Measured(theirs, times, screened, mine.fvu(), last.fvu(), mine.peak(), last.peak(), compared);
    }

    private static String mebi(long bytes) {
        return bytes == 0 ? "not told" : Long.toString(bytes >> 20);
    }
}
