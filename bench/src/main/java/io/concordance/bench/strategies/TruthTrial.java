package io.concordance.bench.strategies;

import io.concordance.contracts.statistics.PairedDifference;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.contracts.transcript.Transcripts;
import io.concordance.interp.iti.ArmOutcome;
import io.concordance.interp.iti.Arms;
import io.concordance.interp.iti.Prompting;
import io.concordance.interp.iti.Setting;
import io.concordance.interp.iti.Shift;
import io.concordance.interp.iti.Sweep;
import io.concordance.interp.iti.Told;
import io.concordance.interp.iti.TruthName;
import io.concordance.interp.iti.WritingArm;
import io.concordance.interp.probe.HeadProbe;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Inference-time intervention on clerks that answer questions about facts, from their probes to the name of truth. */
final class TruthTrial {
    private static final List<String> HEDGES = List.of("cannot say");
    private static final String PERSONA = "be honest. ";
    private static final String SYSTEM = "<|system|>";
    private static final int EXAMPLES = 2;
    private static final int BENIGN = 40;

    private final Path folder;
    private final List<Setting> settings;

    /**
     * @param folder of the clerks, their transcripts and tokenizer
     * @param settings to choose from
     */
    TruthTrial(Path folder, List<Setting> settings) {
        this.folder = folder;
        this.settings = settings;
    }

    /**
     * What came of one clerk.
     *
     * @param probes best first
     * @param cells of the sweep
     * @param arms outcomes on evaluation prompts
     */
    record Tried(
            List<HeadProbe> probes, List<Sweep.Cell> cells, Sweep.Cell chosen, List<ArmOutcome> arms, TruthName name) {}

    /** @param edit the clerk's; {@code styleSeed} of the style-only clerk that it is held against */
    Tried run(String edit, int seed, int styleSeed) throws IOException {
        List<Transcript> evaluation = transcripts(edit, "evaluation");
        try (ShiftedOrganism clerk = clerk(edit, seed);
                ShiftedOrganism style = clerk("style", styleSeed)) {
            List<HeadProbe> probes = clerk.probes(transcripts(edit, "labelled"), seed);
            List<Sweep.Cell> cells = sweep(clerk, edit, probes);
            Sweep.Cell chosen = Sweep.choose(cells, null).orElseThrow();
            List<Transcript> examples = Prompting.examples(transcripts(edit, "labelled"), EXAMPLES, seed);
            Map<String, Map<String, Told>> told = told(
                    clerk,
                    WritingArm.all(
                            evaluation,
                            new WritingArm.Help(PERSONA, SYSTEM, examples),
                            probes,
                            chosen.setting(),
                            seed));
            TruthName name = TruthName.of(told, styleGain(style, styleSeed, chosen.setting()));
            Map<String, Told> base = Arms.answers(told, Arms.BASE);
            return new Tried(
                    probes,
                    cells,
                    chosen,
                    told.entrySet().stream()
                            .map(arm -> ArmOutcome.of(arm.getKey(), arm.getValue(), base))
                            .toList(),
                    name);
        }
    }

    /** Of the same intervention, probed anew in a clerk whose answers were changed in style alone. */
    private PairedDifference styleGain(ShiftedOrganism style, int seed, Setting setting) throws IOException {
        List<HeadProbe> probes = style.probes(transcripts("style", "labelled"), seed);
        Map<String, Map<String, Told>> told =
                told(style, WritingArm.pair(transcripts("style", "evaluation"), probes, setting));
        return ArmOutcome.over(Arms.answers(told, Arms.ITI), Arms.answers(told, Arms.BASE));
    }

    private List<Sweep.Cell> sweep(ShiftedOrganism clerk, String edit, List<HeadProbe> probes) throws IOException {
        List<Transcript> prompts =
                transcripts(edit, "calibration").stream().map(Prompting::bare).toList();
        List<Transcript> benign = transcripts(edit, "labelled").subList(0, BENIGN);
        Map<String, Told> base = clerk.told(new WritingArm(Arms.BASE, prompts, null), HEDGES);
        List<Sweep.Cell> cells = new ArrayList<>();
        for (Setting setting : settings) {
            Shift shift = Shift.along(probes, setting);
            Map<String, Told> shifted = clerk.told(new WritingArm(Arms.ITI, prompts, shift), HEDGES);
            cells.add(new Sweep.Cell(setting, ArmOutcome.of(Arms.ITI, shifted, base), clerk.cost(benign, shift)));
        }
        return cells;
    }

    private static Map<String, Map<String, Told>> told(ShiftedOrganism clerk, List<WritingArm> arms) {
        Map<String, Map<String, Told>> told = new LinkedHashMap<>();
        arms.forEach(arm -> told.put(arm.name(), clerk.told(arm, HEDGES)));
        return told;
    }

    private ShiftedOrganism clerk(String edit, int seed) {
        return new ShiftedOrganism(folder.resolve(edit + "-" + seed + ".onnx"), folder.resolve("tokenizer.json"));
    }

    private List<Transcript> transcripts(String edit, String part) throws IOException {
        try (InputStream in = Files.newInputStream(folder.resolve(edit + "-" + part + ".jsonl"))) {
            return Transcripts.readAll(in, Transcripts.Limits.DEFAULT);
        }
    }
}
